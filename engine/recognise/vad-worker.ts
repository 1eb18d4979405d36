import { serveThread } from "../thread-host.ts";
import { loadSilero } from "./models.ts";
import { parseVadQuestion } from "./questions.ts";
import { judgeSpeech } from "./silero.ts";
import { freshVadMemory, VAD_WINDOW_SAMPLES } from "./vad-memory.ts";

await serveThread(parseVadQuestion, async () => {
  const session = await loadSilero();
  await judgeSpeech(session, new Float32Array(VAD_WINDOW_SAMPLES * 32), freshVadMemory());
  return ({ audio, memory }) => judgeSpeech(session, audio, memory);
});
