import { describe, expect, it } from "vitest";
import { limitsFor, type PlanLimits, plan, sentences } from "../../../workers/speak/plan/index.ts";
import { kept } from "./kept.ts";
import { unseen } from "./unseen.ts";
import { unseenEnglish, unseenMissed } from "./unseen-english.ts";

const textOf = (marked: string): string => marked.replaceAll("‖", "");
const markedOf = (text: string, language: string): string => [...sentences(text, language)].join("‖");
const all = [...unseenEnglish, ...unseen];

describe("sentences of an unseen collection", () => {
  it.each(all)("%s: %s", (language, marked) => {
    expect(markedOf(textOf(marked), language)).toBe(marked);
  });

  it("are the same whatever paragraphs stand around them", () => {
    for (const [language, marked] of all) {
      const around = `Here it begins.\n\n‖${marked}\n\n‖And ends.`;
      expect(markedOf(textOf(around), language)).toBe(around);
    }
  });

  it.fails.each(unseenMissed)("miss a border: %s: %s", (language, marked) => {
    expect(markedOf(textOf(marked), language)).toBe(marked);
  });

  it.each(unseenMissed)("have none in a wrong place: %s: %s", (language, marked) => {
    expect([textOf(marked), marked]).toContain(markedOf(textOf(marked), language));
  });
});

describe("a chunk", () => {
  const aura = limitsFor("aura-2-thalia-en");

  it.each(kept)("keeps whole, in %s within %d characters: %s", (language, max, marked) => {
    const text = marked.replace(/[⟦⟧]/g, "");
    const from = marked.indexOf("⟦");
    const to = marked.indexOf("⟧") - 1;
    const small: PlanLimits = { ...aura, firstMin: 4 * max, max };
    const early: PlanLimits = { ...aura, firstMin: 8, firstMax: max, sentenceMax: max };
    for (const limits of [small, early]) {
      let at = 0;
      for (const chunk of plan(text, limits, language)) {
        at += chunk.text.length;
        expect(at <= from || at >= to, `cut at ${at}: ${chunk.text}`).toBe(true);
      }
    }
  });
});
