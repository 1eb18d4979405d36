import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-web/wasm";
import { ATTENTION_OUTPUTS } from "./attention.ts";
import { exposeBranchTensors } from "./expose.ts";

/** The recogniser's two networks: audio to features, features and tokens to the next token. */
export type MoonshineSessions = { encoder: ort.InferenceSession; decoder: ort.InferenceSession };

// One thread for each session: the pool's worker threads are the parallelism, and WASM threads would fight them for cores.
ort.env.wasm.numThreads = 1;

/** Loads Moonshine tiny (int8) from its npm package, with the decoder's cross-attention as extra outputs. */
export async function loadMoonshine(): Promise<MoonshineSessions> {
  const folder = path.join(folderOf("@moonshine-ai/moonshine-js"), "model", "tiny", "quantized");
  const encoder = await ort.InferenceSession.create(await readFile(path.join(folder, "encoder_model.onnx")));
  const decoderModel = exposeBranchTensors(
    await readFile(path.join(folder, "decoder_model_merged.onnx")),
    ATTENTION_OUTPUTS,
  );
  const decoder = await ort.InferenceSession.create(decoderModel);
  return { encoder, decoder };
}

/** Loads Silero voice activity detection (v6) from its npm package. */
export async function loadSilero(): Promise<ort.InferenceSession> {
  const file = path.join(folderOf("@ricky0123/vad-web"), "silero_vad_v6.onnx");
  return ort.InferenceSession.create(await readFile(file));
}

/** The folder of a package's entry file. */
function folderOf(packageName: string): string {
  return path.dirname(fileURLToPath(import.meta.resolve(packageName)));
}
