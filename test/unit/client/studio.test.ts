import { describe, expect, it } from "vitest";
import { readRecognition } from "../../../web/studio/recognition.ts";

function form(fields: Readonly<Record<string, string>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

describe("the studio's recognition fields", () => {
  it("say nothing of what was left alone", () => {
    const untouched = form({ language: "", model: "", keyterms: " \n" });
    expect(readRecognition(untouched)).toEqual({ kind: "read", recognition: {} });
  });

  it("say what was set, key terms one a line", () => {
    const set = { language: " de ", model: "nova-3", keyterms: "Zürich\n\n  Kanton Uri \r\n", diarize: "on" };
    expect(readRecognition(form({ ...set, smartFormat: "on" }))).toEqual({
      kind: "read",
      recognition: {
        language: "de",
        model: "nova-3",
        keyterms: ["Zürich", "Kanton Uri"],
        diarize: true,
        smartFormat: true,
      },
    });
  });

  it("say in words what cannot be sent", () => {
    const messageOf = (fields: Record<string, string>) => {
      const reading = readRecognition(form(fields));
      return reading.kind === "problem" ? reading.message : "";
    };
    expect(messageOf({ keyterms: "x".repeat(101) })).toContain("key terms");
    expect(messageOf({ keyterms: "x\n".repeat(101) })).toContain("key terms");
    expect(messageOf({ language: "en&model=other" })).toContain("language");
  });
});
