import { describe, expect, it } from "vitest";
import { limitsFor, type PlanLimits, plan } from "../../../workers/speak/plan/index.ts";
import { kept } from "./kept.ts";
import { itFinds } from "./marked.ts";
import { unseen } from "./unseen.ts";
import { unseenEnglish, unseenMissed } from "./unseen-english.ts";

const all = [...unseenEnglish, ...unseen];

describe("sentences of an unseen collection", () => {
  itFinds(all, unseenMissed);
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
