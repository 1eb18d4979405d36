import { lift } from "../audio/loudness.ts";
import { serveThread } from "../thread-host.ts";
import { loadMoonshine } from "./models.ts";
import { RECOGNISER_RATE, recogniseTokens } from "./moonshine.ts";
import { parseRecogniseQuestion } from "./questions.ts";
import { tokenText } from "./tokens.ts";
import { readHypothesis } from "./words.ts";

await serveThread(parseRecogniseQuestion, async () => {
  const sessions = await loadMoonshine();
  // The first runs are several times slower than later ones; nobody should wait for them.
  for (const seconds of [1, 3]) {
    const silence = new Float32Array(seconds * RECOGNISER_RATE);
    await recogniseTokens(sessions, { audio: silence, draft: [306, 278], insist: true });
  }
  return async ({ audio, draft, insist }) => {
    const steps = await recogniseTokens(sessions, { audio: lift(audio), draft, insist });
    return readHypothesis(steps, audio, tokenText);
  };
});
