import { expect, it } from "vitest";
import { sentences } from "../../../workers/speak/plan/index.ts";
import type { BorderCase } from "./borders.ts";

export const textOf = (marked: string): string => marked.replaceAll("‖", "");
const markedOf = (text: string, language: string): string => [...sentences(text, language)].join("‖");

/** Each case by itself; of those that are known to be missed, that no border stands in a wrong place. */
export function itFinds(cases: readonly BorderCase[], missed: readonly BorderCase[]): void {
  it.each(cases)("%s: %s", (language, marked) => {
    expect(markedOf(textOf(marked), language)).toBe(marked);
  });

  it("are the same whatever paragraphs stand around them", () => {
    for (const [language, marked] of cases) {
      const around = `Here it begins.\n\n‖${marked}\n\n‖And ends.`;
      expect(markedOf(textOf(around), language)).toBe(around);
    }
  });

  it.fails.each(missed)("miss a border: %s: %s", (language, marked) => {
    expect(markedOf(textOf(marked), language)).toBe(marked);
  });

  it.each(missed)("have none in a wrong place: %s: %s", (language, marked) => {
    expect([textOf(marked), marked]).toContain(markedOf(textOf(marked), language));
  });
}
