import { describe, expect, it } from "vitest";
import { align } from "../../../cli/wer/align.ts";
import { normalise } from "../../../cli/wer/normalise.ts";
import { countSentenceErrors, sentencesOf } from "../../../cli/wer/sentence-errors.ts";

const said = "Good morning, everyone. Is Mr. Smith here? He left at 9. Thank you!";

describe("sentences of a transcript", () => {
  it("end at their marks, and not behind an abbreviation", () => {
    expect(sentencesOf(said)).toEqual([
      "Good morning, everyone.",
      "Is Mr. Smith here?",
      "He left at 9.",
      "Thank you!",
    ]);
  });

  it("are one where there are no marks, and none of what has no words", () => {
    expect(sentencesOf("good morning everyone is mister smith here")).toHaveLength(1);
    expect(sentencesOf("… !")).toEqual([]);
    expect(sentencesOf("")).toEqual([]);
  });

  it("hold all words, once", () => {
    expect(sentencesOf(said).flatMap(normalise)).toEqual(normalise(said));
  });
});

describe("sentence errors", () => {
  const errors = (shown: string) => countSentenceErrors(said, align(normalise(said), normalise(shown)));

  it("are none where all words are right, whatever the marks", () => {
    expect(errors(said)).toEqual({ sentences: 4, wrong: 0 });
    expect(errors("good morning everyone is mister smith here he left at nine thank you")).toEqual({
      sentences: 4,
      wrong: 0,
    });
  });

  it("count a sentence once, however much of it is wrong", () => {
    expect(errors("Could warning, ever one. Is Mr. Smith here? He left at 9. Thank you!").wrong).toBe(1);
    expect(errors("Good morning. Is Mr. Smith there? He left. Thank you!").wrong).toBe(3);
    expect(errors("").wrong).toBe(4);
  });

  it("count a word too many for the sentence before it, or the first", () => {
    expect(errors("Good morning, everyone um. Is Mr. Smith here? He left at 9. Thank you!").wrong).toBe(1);
    expect(errors("Um, good um morning, everyone. Is Mr. Smith here? He left at 9. Thank you!").wrong).toBe(
      1,
    );
    expect(errors(`${said} Bye.`).wrong).toBe(1);
    expect(countSentenceErrors("", align([], ["um"]))).toEqual({ sentences: 0, wrong: 0 });
  });
});
