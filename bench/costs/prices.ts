/** A price in US dollars for one unit, and what the plan's five dollars a month hold of it already. */
export type Price = { readonly usd: number; readonly included: number };

const million = 1_000_000;

/** Cloudflare, Workers Paid; the sources stand in docs/costs.md. */
export const cloudflare = {
  workerRequests: { usd: 0.3 / million, included: 10 * million },
  workerCpuMs: { usd: 0.02 / million, included: 30 * million },
  objectRequests: { usd: 0.15 / million, included: million },
  objectGbSeconds: { usd: 12.5 / million, included: 400_000 },
  rowsWritten: { usd: 1 / million, included: 50 * million },
  rowsRead: { usd: 0.001 / million, included: 25_000 * million },
} as const satisfies Record<string, Price>;

/** So many incoming WebSocket messages are billed as one request to a Durable Object; outgoing ones are not. */
export const messagesARequest = 20;
/** Memory that a Durable Object is billed for, whatever it uses. */
export const objectGb = 0.128;

/** Deepgram's list prices for streamed speech-to-text, a minute of one channel, pay as you go. */
export const speechToText = [
  { model: "Nova-3, one language", usdAMinute: 0.0048 },
  { model: "Nova-3, the regular price", usdAMinute: 0.0077 },
  { model: "Nova-3, several languages", usdAMinute: 0.0058 },
  { model: "Flux, English", usdAMinute: 0.0065 },
  { model: "Flux, several languages", usdAMinute: 0.0078 },
] as const;
