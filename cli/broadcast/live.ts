import {
  type ErrorCode,
  type Publisher,
  type PublisherState,
  publish,
  type Recognition,
  type Status,
} from "../../client/index.ts";
import type { Scope } from "../../shared/claims.ts";
import { type Access, checkFirst, tokenFor, tokenSource } from "../access.ts";
import { UserError } from "../errors.ts";
import { playSource } from "./play.ts";
import { type AudioSource, lengthMs } from "./source.ts";

/** What can be told of a broadcast while it runs. Milliseconds of sound. */
export type Progress = {
  readonly state: PublisherState;
  readonly status: Status | null;
  readonly writtenMs: number;
  /** Of those, captions are stored for so many. */
  readonly storedMs: number;
  readonly viewers: number;
  /** The newest 100 ms or less. */
  readonly frame: Uint8Array | null;
};

export type LiveOptions = {
  readonly access: Access;
  readonly room: string;
  readonly source: AudioSource;
  readonly aheadMs: number;
  readonly recognition: Recognition;
  readonly takeover: boolean;
  /** The room has accepted it; answers what stops it from now on. */
  readonly begin: (session: string) => AbortSignal;
  readonly onState: (state: PublisherState) => void;
  readonly onProgress: (progress: Progress) => void;
};

export type LiveResult = { readonly session: string; readonly version: number; readonly playedMs: number };

const beginWithinMs = 20_000;
/** Audio that is not stored yet; the publisher itself would drop what is older than two minutes. */
const unstoredMaxMs = 60_000;

/**
 * Publishes audio into a room as it comes, until its end or the stop, and resolves once the room holds its last words.
 * While the room is away and has a minute of audio to store, no more is taken: nothing is lost and little is held.
 * Throws a `UserError` when the room refuses the publisher or cannot be reached at first.
 */
export async function broadcastLive(options: LiveOptions): Promise<LiveResult> {
  const { access, room, source, recognition, takeover } = options;
  const { format } = source;
  const scopes: Scope[] = takeover ? ["captions:publish", "rooms:admin"] : ["captions:publish"];
  const needed = { scopes, room };
  if (access.credential.kind === "none") await tokenFor(access, needed);
  await checkFirst(access, needed);

  const begun = Promise.withResolvers<string>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let progress: Progress = {
    state: { state: "connecting" },
    status: null,
    writtenMs: 0,
    storedMs: 0,
    viewers: 0,
    frame: null,
  };
  let wake = (): void => {};
  const update = (change: Partial<Progress>): void => {
    progress = { ...progress, ...change };
    options.onProgress(progress);
    wake();
  };
  const publisher: Publisher = publish({
    url: access.url,
    room,
    token: tokenSource(access, needed),
    format,
    recognition,
    takeover,
    onState(state) {
      if (state.state === "connected") begun.resolve(state.session);
      if (state.state === "failed") failed.reject(refusal(state.code, state.message));
      options.onState(state);
      update({ state });
    },
    onAck: (samples) => update({ storedMs: (samples * 1000) / format.sampleRate }),
    onStatus: (status) => update({ status }),
    onAudience: (viewers) => update({ viewers }),
  });
  try {
    const session = await Promise.race([begun.promise, failed.promise, tooLate(() => progress.state)]);
    const stop = options.begin(session);
    const isFull = (): boolean =>
      progress.state.state !== "connected" && progress.writtenMs - progress.storedMs > unstoredMaxMs;
    const played = playSource({
      source,
      aheadMs: options.aheadMs,
      stop,
      write(frame) {
        publisher.write(frame);
        update({ writtenMs: progress.writtenMs + lengthMs(frame, format), frame });
      },
      async room() {
        while (isFull()) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    });
    const { playedMs } = await Promise.race([played, failed.promise]);
    const { version } = await Promise.race([publisher.finish(), failed.promise]);
    return { session, version, playedMs };
  } finally {
    publisher.close();
  }
}

async function tooLate(state: () => PublisherState): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, beginWithinMs));
  const now = state();
  const reason = now.state === "disconnected" ? ` ${now.reason}` : "";
  throw new UserError(`The room did not answer within ${beginWithinMs / 1000} s.${reason}`);
}

function refusal(code: ErrorCode, message: string): UserError {
  const hint = code === "publisher_present" ? " Wait for it to end, or take over with --takeover." : "";
  return new UserError(`The room refused the publisher: ${message}${hint}`);
}
