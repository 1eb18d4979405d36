import { deferred } from "../../client/deferred.ts";
import type { Piece } from "../speak-request.ts";
import type { Listening, Player } from "./player.ts";

const cannotPlay = "This browser cannot play this format. It can be downloaded all the same.";
const mayNotPlay = "This browser lets no sound begin by itself. Press play.";

/** Whether the browser's own player takes this while it comes. */
export function canStream(mediaType: string): boolean {
  return typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(mediaType);
}

/** Plays in `element`: while it comes where the browser can do that, and else once all of it is there. */
export function createMediaPlayer(
  element: HTMLAudioElement,
  mediaType: string,
  listening: Listening,
): Player {
  const listeners = new AbortController();
  const { signal } = listeners;
  const over = deferred<void>();
  const feed = canStream(mediaType) ? streamInto(element, mediaType) : keepFor(element, mediaType);
  let hasBegun = false;
  let pausedAt: number | null = null;
  let pauses = { count: 0, seconds: 0 };

  function finish(): void {
    listeners.abort();
    feed.forget();
    over.resolve();
  }

  function fail(message: string): void {
    listening.onFailure(message);
    finish();
  }

  element.addEventListener(
    "playing",
    () => {
      if (!hasBegun) listening.onFirst(0);
      hasBegun = true;
      if (pausedAt === null) return;
      pauses = { count: pauses.count + 1, seconds: pauses.seconds + (performance.now() - pausedAt) / 1000 };
      pausedAt = null;
      listening.onPause(pauses.count, pauses.seconds);
    },
    { signal },
  );
  element.addEventListener(
    "waiting",
    () => {
      if (hasBegun) pausedAt = performance.now();
    },
    { signal },
  );
  element.addEventListener("ended", finish, { signal });
  element.addEventListener("error", () => fail(cannotPlay), { signal });
  const play = (): void =>
    void element.play().catch((error) => {
      // Whatever else is wrong is told by an event.
      if (error instanceof DOMException && error.name === "NotAllowedError") fail(mayNotPlay);
    });
  if (feed.isStreamed) play();

  return {
    write: feed.write,
    end() {
      feed.end();
      if (!feed.isStreamed) play();
    },
    stop() {
      element.pause();
      finish();
    },
    over: over.promise,
  };
}

type Feed = {
  readonly isStreamed: boolean;
  write(piece: Piece): void;
  end(): void;
  forget(): void;
};

function keepFor(element: HTMLAudioElement, mediaType: string): Feed {
  const pieces: Piece[] = [];
  let url = "";
  return {
    isStreamed: false,
    write: (piece) => void pieces.push(piece),
    end() {
      url = URL.createObjectURL(new Blob(pieces, { type: mediaType }));
      element.src = url;
    },
    forget: () => URL.revokeObjectURL(url),
  };
}

function streamInto(element: HTMLAudioElement, mediaType: string): Feed {
  const source = new MediaSource();
  const waiting: Piece[] = [];
  let buffer: SourceBuffer | null = null;
  let hasEnded = false;

  /** It takes one piece at a time, and none while it is full: what was heard makes room. */
  function pump(): void {
    if (buffer === null || buffer.updating || source.readyState !== "open") return;
    const [next] = waiting;
    if (next === undefined) {
      if (hasEnded) source.endOfStream();
      return;
    }
    try {
      buffer.appendBuffer(next);
      waiting.shift();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "QuotaExceededError")) throw error;
    }
  }

  source.addEventListener("sourceopen", () => {
    buffer ??= source.addSourceBuffer(mediaType);
    buffer.addEventListener("updateend", pump);
    pump();
  });
  element.addEventListener("timeupdate", pump);
  const url = URL.createObjectURL(source);
  element.src = url;
  return {
    isStreamed: true,
    write(piece) {
      waiting.push(piece);
      pump();
    },
    end() {
      hasEnded = true;
      pump();
    },
    forget() {
      element.removeEventListener("timeupdate", pump);
      URL.revokeObjectURL(url);
    },
  };
}
