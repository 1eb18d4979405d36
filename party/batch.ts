import { limits } from "../shared/limits.ts";
import type { Provider } from "./provider.ts";
import type { BatchAnswer, BatchRequest, Cancel } from "./room/ports.ts";

/** One request to the provider's batch endpoint. `answered` is called once, unless cancelled before. */
export function transcribe(
  provider: Provider,
  { path, contentType, body }: BatchRequest,
  answered: (answer: BatchAnswer) => void,
): Cancel {
  const attempt = new AbortController();
  const ask = async (): Promise<BatchAnswer> => {
    const response = await fetch(`${provider.baseUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Token ${provider.apiKey}`, "content-type": contentType },
      body,
      redirect: "manual",
      signal: attempt.signal,
    });
    return { status: response.status, body: await bounded(response) };
  };
  void ask()
    .catch((): BatchAnswer => ({ status: 0, body: "" }))
    .then((answer) => {
      if (!attempt.signal.aborted) answered(answer);
    });
  return () => attempt.abort();
}

/** The body as text, as far as the limit. */
async function bounded(response: Response): Promise<string> {
  let text = "";
  let bytes = 0;
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > limits.batchAnswerMaxBytes) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
