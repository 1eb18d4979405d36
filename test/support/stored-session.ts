import type { StoredSession } from "../../party/room/store.ts";

/** A session that has just begun, of one sample a millisecond. */
export const begunSession: StoredSession = {
  id: "s1",
  key: null,
  startedAt: 0,
  format: { encoding: "linear16", sampleRate: 1_000, channels: 1 },
  recognition: {},
  covered: 0,
  holes: [],
  speakers: 0,
  ended: null,
};
