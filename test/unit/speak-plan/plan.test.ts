import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  inUtf16Units,
  languageOf,
  limitsFor,
  type PlanLimits,
  plan,
} from "../../../workers/speak/plan/index.ts";

const aura = limitsFor("aura-2-thalia-en");
const textsOf = (text: string, limits: PlanLimits, language: string): readonly string[] =>
  [...plan(text, limits, language)].map((chunk) => chunk.text);
/** With a first chunk that is wished larger than any may be, so that it is cut like the others. */
const small = (max: number): PlanLimits => ({ ...aura, firstMin: 4 * max, max });
const firstOf = (text: string, language = "en"): string => textsOf(text, aura, language)[0] ?? "";
const filler = "And this goes on with more and more words of no great interest to anyone. ".repeat(40);

describe("the first chunk", () => {
  it("is the first sentence when that is long enough", () => {
    const first = "The quick brown fox jumps over the lazy dog again. ";
    expect(firstOf(first + filler)).toBe(first);
  });

  it("joins short sentences until there is something to listen to", () => {
    expect(firstOf(`Hi. It is me. I wanted to ask you about Dr. Smith. ${filler}`)).toBe(
      "Hi. It is me. I wanted to ask you about Dr. Smith. ",
    );
  });

  it("rather begins a little short than with a very long sentence", () => {
    const long = `I wondered whether ${"you would ever come back to see us and ".repeat(4)}stay. `;
    expect(firstOf(`Good morning to you all, dear friends. ${long}${filler}`)).toBe(
      "Good morning to you all, dear friends. ",
    );
  });

  it("does not cut a sentence of ordinary length", () => {
    const first = `When the rain had stopped, ${"we went out again and ".repeat(4)}came home late. `;
    expect(first.length).toBeGreaterThan(aura.firstMax);
    expect(firstOf(first + filler)).toBe(first);
  });

  it("leaves a very long sentence at a clause, never inside a number or a bracket", () => {
    const long = `When the 1,000,000 people (and more, much more) of the old town had left, ${"they walked on and ".repeat(20)}slept. `;
    expect(firstOf(long + filler)).toBe(
      "When the 1,000,000 people (and more, much more) of the old town had left, ",
    );
  });

  it("goes on to a later clause, or to the end of the sentence, when there is none early", () => {
    const walk = "they walked on and ".repeat(10);
    expect(firstOf(`${walk}rested, then ${walk}slept. ${filler}`)).toBe(`${walk}rested, `);
    expect(firstOf(`${walk}slept. ${filler}`)).toBe(`${walk}slept. `);
  });

  it("is the whole text when only a few words would be left", () => {
    const text = "The quick brown fox jumps over the lazy dog again. Really.";
    expect(textsOf(text, aura, "en")).toEqual([text]);
  });

  it.each([
    ["de", "Am 3. Mai kam Dr. Müller z. B. um 18.30 Uhr nach Berlin. ", "Er blieb bis zum Abend bei uns. "],
    ["es", "¿Sabe usted dónde vive el Sr. Gómez en EE. UU. ahora? ", "Yo no lo sé, la verdad sea dicha. "],
    [
      "ja",
      "昨日の夜、駅前の小さな喫茶店で古い友人と会って、「久しぶりだね。」と言われて本当に嬉しかった。",
      "それから二人で長い間話をした。",
    ],
    [
      "zh",
      "昨天晚上我在车站前面的小咖啡馆里遇见了一位老朋友，他对我说：“好久不见。真高兴见到你。”",
      "然后我们聊了很久很久。",
    ],
    ["hi", "कल शाम मैं अपने पुराने मित्र डॉ. शर्मा से मिलने गया था। ", "वे बहुत खुश हुए और हमने बातें कीं। "],
  ])("is one sentence in %s", (language, first, more) => {
    expect(firstOf(first + more.repeat(60), language)).toBe(first);
  });

  it("is asked for without reading the rest", () => {
    const chunks = plan(filler.repeat(400), aura, "en");
    expect(chunks.next().value?.size).toBeLessThan(aura.firstMax);
  });
});

describe("a later chunk", () => {
  it("ends at the last sentence that fits", () => {
    const chunks = [...plan(filler.repeat(3), aura, "en")];
    for (const chunk of chunks.slice(1, -1)) {
      expect(chunk.ending).toBe("sentence");
      expect(chunk.text.endsWith("anyone. ")).toBe(true);
      expect(chunk.size).toBeGreaterThan(aura.max - 80);
    }
  });

  it("ends rather at a paragraph that is near enough, without a later sentence", () => {
    expect(textsOf("One is here. Two is here now.\n\nThree. Four is here. Five.", small(41), "en")).toEqual([
      "One is here. Two is here now.\n\n",
      "Three. Four is here. Five.",
    ]);
  });

  it("does not end at a paragraph that would leave most of it unused", () => {
    expect(textsOf("One is here.\n\nThree. Four is here. Five is also here.", small(41), "en")).toEqual([
      "One is here.\n\nThree. Four is here. ",
      "Five is also here.",
    ]);
  });

  it.each([
    ["sentence", "en", 30, "He met Dr. Smith. She met Mr. Jones there.", "He met Dr. Smith. "],
    ["clause", "en", 30, "He met them all there, and she met Mr. Jones", "He met them all there, "],
    ["space", "en", 30, "He had paid them 1 000 000 euro and was happy", "He had paid "],
    ["space", "en", 22, "We went on to see Dr. Smith in town", "We went on to see "],
    ["space", "en", 30, "Read about it at https://a.example/b?c=d.e,f or not", "Read about it at "],
    ["space", "en", 26, "Nobody met him at 5:30 p.m. on Monday", "Nobody met him "],
    ["space", "fr", 24, "Vous allez bien ce soir ? dit-il encore une fois", "Vous allez bien ce "],
    ["space", "fr", 20, "Elle dit : c'est « bon » pour nous", "Elle dit : c'est "],
    ["space", "fr", 18, "Il a payé trois\u00a0mille euros", "Il a payé "],
    ["clause", "zh", 16, "我们昨天晚上去了公园，然后在那里吃了一顿饭", "我们昨天晚上去了公园，"],
    ["word", "zh", 7, "我们昨天晚上去北京大学看了一场电影", "我们昨天晚上去"],
    ["word", "th", 16, "ภาษาไทยเป็นภาษาที่สวยงามมาก", "ภาษาไทยเป็นภาษา"],
    ["space", "th", 16, "สวัสดีครับ วันนี้อากาศดีมาก", "สวัสดีครับ "],
    [
      "sentence",
      "ja",
      16,
      "雨です。「はい。」と言った。それで終わりました。",
      "雨です。「はい。」と言った。",
    ],
    ["sentence", "ar", 20, "هل أنت بخير؟ نعم أنا بخير جدا", "هل أنت بخير؟ "],
    ["sentence", "hi", 24, "यह पहला वाक्य है। यह दूसरा वाक्य है", "यह पहला वाक्य है। "],
    ["grapheme", "", 16, "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦"],
    ["grapheme", "hi", 7, "क्षत्रियोंक्षत्रियों", "क्षत्रि"],
    ["inside", "", 4, "👨‍👩‍👧‍👦", "👨\u200d👩\u200d"],
  ])("ends at a %s (%s, at most %i): %s", (ending, language, max, text, first) => {
    const [chunk] = plan(text, small(max), language);
    expect(chunk).toMatchObject({ text: first, ending });
  });

  it("knows that it begins within a quotation", () => {
    const text = "“One two three four five six seven eight nine. Ten eleven twelve” was all they said.";
    expect(textsOf(text, small(30), "en")).toEqual([
      "“One two three four five six ",
      "seven eight nine. Ten eleven ",
      "twelve” was all they said.",
    ]);
  });

  it("keeps a pronunciation object in one piece, whatever it contains", () => {
    const object = '\\{"word":"Nietzsche","pronounce":"ˈniːtʃə. A b, c"\\}';
    const chunks = textsOf(`Read some more ${object} and be happy. `.repeat(40), small(70), "en");
    for (const chunk of chunks) expect(chunk.split("\\{").length).toBe(chunk.split("\\}").length);
    expect(chunks.length).toBeGreaterThan(20);
  });

  it("cuts a token only when that alone is too large", () => {
    const token = fc.constantFrom(
      "1,000,000.50",
      "https://a.b/c?d=e.f,g;h",
      "x.y@z.org",
      "18:30",
      "U.S.",
      "foo",
      "3.14",
    );
    fc.assert(
      fc.property(
        fc.array(token, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 24, max: 90 }),
        (tokens, max) => {
          const chunks = textsOf(tokens.join(" "), small(max), "en");
          expect(chunks.flatMap((chunk) => chunk.trim().split(" "))).toEqual(tokens);
        },
      ),
    );
  });

  it("does not leave white space alone at the end", () => {
    expect(textsOf(`${"a".repeat(30)}   `, small(30), "en")).toEqual(["a".repeat(29), "a   "]);
  });
});

describe("limits", () => {
  it("count as they are told to", () => {
    const text = "😀".repeat(30);
    expect(textsOf(text, small(10), "").map((chunk) => chunk.length)).toEqual([20, 20, 20]);
    expect(textsOf(text, { ...small(10), sizeOf: inUtf16Units }, "").map((chunk) => chunk.length)).toEqual([
      10, 10, 10, 10, 10, 10,
    ]);
  });

  it("keep below what the provider takes", () => {
    for (const model of ["aura-2-thalia-en", "aura-asteria-en", "aura-2-julius-de", "unknown"]) {
      expect(limitsFor(model).max).toBeLessThan(2000);
    }
  });

  it("know the language by the model's name", () => {
    expect(["aura-2-julius-de", "aura-asteria-en", "aura-2-thalia", ""].map(languageOf)).toEqual([
      "de",
      "en",
      "",
      "",
    ]);
  });
});

describe("the work", () => {
  const monotonous: readonly (readonly [string, string])[] = [
    ["one word", "a".repeat(1_000_000)],
    ["full stops", ".".repeat(1_000_000)],
    ["initials", "J. ".repeat(333_333)],
    ["opened quotations", ' "a'.repeat(333_333)],
    ["opened braces", "\\{".repeat(500_000)],
    ["opened brackets", "(".repeat(1_000_000)],
    ["combining marks", "\u0301".repeat(1_000_000)],
    ["lone surrogates", "\ud83d".repeat(1_000_000)],
    ["white space", " \n".repeat(500_000)],
  ];

  it.each(monotonous)("on a million of %s ends, with chunks that are full", (_name, text) => {
    const chunks = [...plan(text, aura, "en")];
    expect(chunks.length).toBeLessThan((text.length / aura.max) * 1.2);
    expect(chunks.reduce((length, chunk) => length + chunk.text.length, 0)).toBe(text.length);
  });
});
