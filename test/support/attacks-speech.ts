import type { Attacked } from "./attacked.ts";
import { type Knock, knock, type Visitor } from "./doors.ts";

export const format = { encoding: "linear16", sampleRate: 8_000, channels: 1 } as const;
export const bytesPerSecond = 16_000;

/** Silence of linear16 at 8 kHz. */
export function audioS(seconds: number): Uint8Array {
  return new Uint8Array(Math.round(seconds * format.sampleRate) * 2);
}

export function startMessage(more: object = {}): string {
  return JSON.stringify({ type: "start", ...format, ...more });
}

export type Publisher = Visitor & { readonly session: string; readonly resumeFrom: number };

/** Joins and begins a session, or goes on with one. */
export async function publishTo(
  attacked: Attacked,
  room: string,
  options: Knock & { readonly start?: object } = {},
): Promise<Publisher> {
  const token = options.token ?? (await attacked.token({ scopes: ["captions:publish"], room }));
  const visitor = await knock(attacked.url, room, { ...options, role: "publisher", token });
  // So that the provider can tell what came from this room.
  visitor.send(startMessage({ language: room, ...options.start }));
  const { session, resumeFrom } = await visitor.frame("ready");
  return Object.assign(visitor, { session: String(session), resumeFrom: Number(resumeFrom) });
}

/** Sends audio in frames that are small enough, until it is sent or the socket is closed. */
export function speakInto(visitor: Visitor, seconds: number, frameS = 2): void {
  for (let rest = seconds; rest > 0 && visitor.closeCode === null; rest -= frameS) {
    visitor.send(audioS(Math.min(rest, frameS)));
  }
}

/** Ends the session in order. */
export async function finish(visitor: Visitor): Promise<void> {
  visitor.send(JSON.stringify({ type: "finish" }));
  await visitor.frame("finished");
  await visitor.closed();
}
