import { describe, expect, it } from "vitest";
import type { RoomSettings } from "../../../shared/settings.ts";
import { readOverrides, readSettings } from "../../../web/studio/settings-form.ts";

function form(fields: Readonly<Record<string, string | readonly string[]>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const each of [value].flat()) data.append(name, each);
  }
  return data;
}

describe("what only one broadcast has otherwise", () => {
  it("says nothing of what was left alone", () => {
    const untouched = form({ language: "", model: "", keyterms: " \n", diarize: "", smartFormat: "" });
    expect(readOverrides(untouched)).toEqual({ kind: "read", value: {} });
  });

  it("says what was set, key terms one a line, also that something is off", () => {
    const set = { language: " de ", model: "nova-3", keyterms: "Zürich\n\n  Kanton Uri \r\n", diarize: "on" };
    expect(readOverrides(form({ ...set, smartFormat: "off" }))).toEqual({
      kind: "read",
      value: {
        language: "de",
        model: "nova-3",
        keyterms: ["Zürich", "Kanton Uri"],
        diarize: true,
        smartFormat: false,
      },
    });
  });

  it("says in words what cannot be sent", () => {
    const messageOf = (fields: Record<string, string>) => {
      const reading = readOverrides(form(fields));
      return reading.kind === "problem" ? reading.message : "";
    };
    expect(messageOf({ keyterms: "x".repeat(101) })).toContain("key terms");
    expect(messageOf({ keyterms: "x\n".repeat(101) })).toContain("key terms");
    expect(messageOf({ language: "en&model=other" })).toContain("language");
    expect(messageOf({ model: "flux-general-en", diarize: "on" })).toContain("tell speakers apart");
  });
});

describe("the room's settings", () => {
  const before: RoomSettings = { endpointing: 500, language: "de", public: true };

  it("are what the form says, with what it does not ask for as it was", () => {
    const filled = form({
      language: "",
      keyterms: "Uri",
      diarize: "on",
      redact: ["pci", "ssn"],
      retentionHours: "24",
      maxViewers: "",
    });
    expect(readSettings(filled, before)).toEqual({
      kind: "read",
      value: {
        endpointing: 500,
        keyterms: ["Uri"],
        diarize: true,
        redact: ["pci", "ssn"],
        retentionHours: 24,
      },
    });
  });

  it.each([
    [{ retentionHours: "0" }, "365 days"],
    [{ retentionHours: "1.5" }, "365 days"],
    [{ maxViewers: "30000" }, "viewers"],
    [{ model: "nova 3" }, "model"],
  ])("are not sent when they cannot be kept: %o", (fields, word) => {
    expect(readSettings(form(fields), {})).toEqual({
      kind: "problem",
      message: expect.stringContaining(word),
    });
  });
});
