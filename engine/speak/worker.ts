import { workerData } from "node:worker_threads";
import { serveThread } from "../thread-host.ts";
import { loadFlite } from "./flite.ts";
import { parseSpeakQuestion, parseVoiceData } from "./questions.ts";

await serveThread(parseSpeakQuestion, async () => {
  const flite = await loadFlite(parseVoiceData(workerData).folder);
  await flite.speak({ text: "Ready.", voice: "slt", stretch: 1 });
  return (question) => flite.speak(question);
});
