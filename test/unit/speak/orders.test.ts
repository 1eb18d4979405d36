import { describe, expect, it } from "vitest";
import { ordersFor } from "../../../workers/speak/orders.ts";

const all = (text: string) => {
  const orders = ordersFor(text, "aura-2-thalia-en");
  const parts: { text: string; size: number; number: number }[] = [];
  for (let next = orders.all.next(); next.done !== true; next = orders.all.next()) parts.push(next.value);
  return { isSingle: orders.isSingle, parts };
};

describe("what is asked of the provider", () => {
  it("is a short text as it is", () => {
    expect(all("Hello there.")).toEqual({
      isSingle: true,
      parts: [{ text: "Hello there.", size: 12, number: 1 }],
    });
  });

  it("is a long one in order, numbered, and whole", () => {
    const text = "This sentence is made to be said again and again, until it is long. ".repeat(200);
    const { isSingle, parts } = all(text);
    expect(isSingle).toBe(false);
    expect(parts.map((part) => part.text).join("")).toBe(text);
    expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
    expect(parts.length).toBeGreaterThan(7);
  });

  it("is nothing for white space that fills a chunk by itself", () => {
    const { parts } = all(
      `Hello there, this is where the text begins.${" ".repeat(9_000)}And this is its end.`,
    );
    expect(parts.every(({ text }) => text.trim() !== "")).toBe(true);
    expect(parts.map(({ text }) => text.trim()).join(" ")).toContain("And this is its end.");
  });
});
