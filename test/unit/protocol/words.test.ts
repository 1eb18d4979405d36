import { describe, expect, it } from "vitest";
import { tells, textOf } from "../../conformance/room/words.ts";

const whole = "Please turn on the lights. The quick brown fox jumps over the lazy dog.";

describe("the words of a transcript", () => {
  it("are the same however they are parted, spaced and punctuated", () => {
    const segments = [{ text: "please turn on" }, { text: "The lights, the quick brown fox" }];
    expect(textOf(segments)).toBe("please turn on The lights, the quick brown fox");
    expect(tells(`${textOf(segments)} jumps over the lazydog`, whole, 1)).toBe(true);
  });

  it.each(["", "Please turn on the lights.", `${whole} The lazy dog.`])("are others: %s", (text) => {
    expect(tells(text, whole, 1)).toBe(false);
    expect(tells(text, whole, 0.9)).toBe(false);
  });

  it("may differ a little where a provider hears them anew", () => {
    const heard = whole.replace("lazy", "crazy");
    expect(tells(heard, whole, 1)).toBe(false);
    expect(tells(heard, whole, 0.9)).toBe(true);
  });
});
