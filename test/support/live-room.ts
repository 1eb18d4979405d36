import type { Room } from "../../party/room/room.ts";
import { compareSegments, type Segment } from "../../shared/captions.ts";
import { audioMs, ScriptedMember, ScriptedWorld, start } from "./scripted-room.ts";
import { settle } from "./virtual-time.ts";

/** A room with one viewer and one publisher, whose provider's socket is open. */
export async function liveRoom(message: object = start) {
  const world = new ScriptedWorld();
  const room = await world.openRoom();
  const viewer = join(room, "v1");
  const publisher = await begin(room, "p1", message);
  await world.upstream.open();
  return { world, room, viewer, publisher };
}

export async function begin(
  room: Room,
  id: string,
  message: object = start,
  takeover = false,
): Promise<ScriptedMember> {
  const publisher = new ScriptedMember(id);
  room.publisherJoined(publisher, { takeover });
  room.received(publisher, JSON.stringify(message));
  await settle();
  return publisher;
}

export function join(
  room: Room,
  id: string,
  position: { epoch: string; version: number } | null = null,
): ScriptedMember {
  const viewer = new ScriptedMember(id);
  room.viewerJoined(viewer, position, 0, false);
  return viewer;
}

/** What a viewer holds after applying its frames as the protocol says, in the transcript's order. */
export function held(viewer: ScriptedMember): Segment[] {
  const segments = new Map<string, Segment>();
  for (const frame of viewer.frames) {
    if (frame.type === "snapshot") segments.clear();
    for (const id of listOf<string>(frame.removed)) segments.delete(id);
    for (const segment of [...listOf<Segment>(frame.segments), ...listOf<Segment>(frame.put)]) {
      segments.set(segment.id, segment);
    }
  }
  return [...segments.values()].sort(compareSegments);
}

export function textOf(viewer: ScriptedMember): string {
  return held(viewer)
    .map(({ text }) => text)
    .join(" ");
}

/** A viewer's segments as `kind start–end text`. */
export function linesOf(viewer: ScriptedMember): string[] {
  return held(viewer).map(({ kind, start, end, text }) => `${kind} ${start}–${end} ${text}`.trim());
}

export function acksOf(publisher: ScriptedMember): unknown[] {
  return publisher.of("ack").map(({ position }) => position);
}

export function sessionOf(publisher: ScriptedMember): unknown {
  return publisher.of("ready")[0]?.session;
}

/** Speech, as far as loudness goes. */
export function loudMs(ms: number): Uint8Array {
  return audioMs(ms).fill(64);
}

/** Where the audio of `missSixSeconds` has its pause: the middle of the last 60 ms of it. */
export const pauseAtMs = 6_070;

/** So much of the audio before the pause is sent to the socket that begins there: context, whose words are not its. */
export const contextMs = 1_000;

/** A moment of the session on the clock of the socket that `missSixSeconds` opened. */
export function newSocketS(sessionMs: number): number {
  return (sessionMs - (pauseAtMs - contextMs)) / 1_000;
}

/**
 * Captions the first second as `One.`, then loses the provider for longer than may be replayed: the audio ends at 7 s,
 * with a pause at 6 s. The new socket is open when this returns.
 */
export async function missSixSeconds({ world, room, publisher }: Awaited<ReturnType<typeof liveRoom>>) {
  room.received(publisher, loudMs(1_000));
  await world.upstream.results("One.", 0, 1, true);
  await world.time.advance(5_000);
  await world.upstream.close(1006);
  speakSixSeconds(room, publisher);
  await world.upstream.open();
}

/** The rest of `missSixSeconds`, as the new socket hears it. */
export function sayThree({ upstream }: ScriptedWorld): Promise<void> {
  return upstream.results("Three.", newSocketS(pauseAtMs), newSocketS(7_000), true);
}

export function speakSixSeconds(room: Room, publisher: ScriptedMember): void {
  for (const audio of [loudMs(5_000), audioMs(100), loudMs(900)]) room.received(publisher, audio);
}

function listOf<T>(value: unknown): T[] {
  return Array.isArray(value) ? value : [];
}
