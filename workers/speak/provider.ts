import type { Provider } from "../../party/provider.ts";
import type { SpeakPorts } from "./pipeline/ports.ts";

/** What one request to the provider says in its body; of a chunk, its text. */
export type Payload = (text: string) => Readonly<Record<string, string>>;

export const textPayload: Payload = (text) => ({ text });

/** Asks the provider with our key. A redirect is an answer like any other: the key goes nowhere else. */
export function providerOf(provider: Provider, query: URLSearchParams, payload: Payload): SpeakPorts["ask"] {
  const search = query.size === 0 ? "" : `?${query}`;
  return async (text, signal) => {
    const response = await fetch(`${provider.baseUrl}/v1/speak${search}`, {
      method: "POST",
      headers: { authorization: `Token ${provider.apiKey}`, "content-type": "application/json" },
      body: JSON.stringify(payload(text)),
      redirect: "manual",
      signal,
    });
    return { response, cache: "off" };
  };
}
