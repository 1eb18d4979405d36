import { describe, expect, it } from "vitest";
import { UsageError } from "../../../cli/errors.ts";
import { isDeepgram, namedTarget } from "../../../cli/measured/keys.ts";

const url = "http://127.0.0.1:9000";
const deepgram = "https://api.deepgram.com";
const env = { CAPTIONWIRE_API_KEY: "ours", DEEPGRAM_API_KEY: "theirs" };

describe("what is to be measured", () => {
  it("is opened by the key that was given, else by the environment's", () => {
    expect(namedTarget({ url, apiKey: "given" }, env)).toEqual({ url, apiKey: "given" });
    expect(namedTarget({ url }, env)).toEqual({ url, apiKey: "ours" });
    expect(namedTarget({ url: deepgram }, env)).toEqual({ url: deepgram, apiKey: "theirs" });
  });

  it("is given no other's key", () => {
    expect(() => namedTarget({ url }, { DEEPGRAM_API_KEY: "theirs" })).toThrow("Set CAPTIONWIRE_API_KEY");
    expect(() => namedTarget({ url: deepgram }, { CAPTIONWIRE_API_KEY: "ours" })).toThrow(
      "Set DEEPGRAM_API_KEY",
    );
    expect(["https://notdeepgram.com", "https://deepgram.com.elsewhere.test"].map(isDeepgram)).toEqual([
      false,
      false,
    ]);
  });

  it("is our own where nothing is named, whatever the environment holds", () => {
    expect(namedTarget({}, { ...env, CAPTIONWIRE_URL: url })).toBeNull();
    expect(() => namedTarget({ apiKey: "given" }, env)).toThrow(UsageError);
  });
});
