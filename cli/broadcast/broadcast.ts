import { type Captions, type PublisherState, publish, type Segment, subscribe } from "../../client/index.ts";
import type { AudioFormat } from "../../shared/audio.ts";
import { mintToken, type Service } from "../api.ts";
import { UserError } from "../errors.ts";
import { playAtRealTime, type Timeline } from "./pace.ts";

/** What the viewer had on the screen, from `atMs` (`performance.now()`) on. */
export type Shown = {
  readonly atMs: number;
  readonly finals: readonly Segment[];
  readonly interim: Captions["interim"];
};

export type BroadcastOptions = {
  readonly service: Service;
  readonly room: string;
  readonly format: AudioFormat;
  readonly data: Uint8Array;
  /** After every frame the viewer got while this recording was on. */
  readonly onShown?: (shown: Shown, timeline: Timeline) => void;
};

export type BroadcastResult = {
  readonly segments: readonly Segment[];
  readonly shown: readonly Shown[];
  readonly timeline: Timeline;
};

const openWithinMs = 20_000;
const finishWithinMs = 60_000;
const lastWordsWithinMs = 10_000;

/**
 * Publishes a recording into a room at real time while a viewer follows, and returns what the viewer was shown.
 * It fails when the room refuses either of them, or when the viewer never reaches the version `finish` promised.
 */
export async function broadcast(options: BroadcastOptions): Promise<BroadcastResult> {
  const { service, room, format, data } = options;
  const token = (scope: "captions:view" | "captions:publish") => () =>
    mintToken(service, { scopes: [scope], room });
  const shown: Shown[] = [];
  const state = watchable<PublisherState>({ state: "connecting" });
  const viewerOpen = Promise.withResolvers<void>();
  const viewerVersion = watchable(-1);
  let session: string | undefined;
  let timeline: Timeline | undefined;

  const viewer = subscribe({
    url: service.url,
    room,
    token: token("captions:view"),
    onLink(link) {
      if (link.state === "open") viewerOpen.resolve();
      if (link.state === "closed" && link.code !== "done") {
        viewerOpen.reject(new UserError(`The room refused the viewer: ${link.message}`));
      }
    },
    onChange(captions) {
      viewerVersion.set(captions.position?.version ?? -1);
      if (session === undefined || timeline === undefined || captions.session?.id !== session) return;
      const finals = captions.segments.filter((segment) => segment.session === session);
      const now = { atMs: performance.now(), finals, interim: captions.interim };
      shown.push(now);
      options.onShown?.(now, timeline);
    },
  });
  let publisher: ReturnType<typeof publish> | undefined;
  try {
    await within(viewerOpen.promise, openWithinMs, "The viewer got no first frame");
    publisher = publish({
      url: service.url,
      room,
      token: token("captions:publish"),
      format,
      onState: state.set,
    });
    const begun = await within(
      state.until((now) => now.state === "connected" || now.state === "failed"),
      openWithinMs,
      "The room did not accept the publisher",
    );
    if (begun.state === "failed") throw new UserError(`The room refused the publisher: ${begun.message}`);
    if (begun.state === "connected") session = begun.session;

    const { write } = publisher;
    const play = playAtRealTime(data, format, write);
    timeline = play.timeline;
    await play.done;
    const { version } = await within(
      publisher.finish(),
      finishWithinMs,
      "The room did not finish the session",
    );
    await within(
      viewerVersion.until((now) => now >= version),
      lastWordsWithinMs,
      `The viewer never reached version ${version}, which the room told the publisher`,
    );
    const segments = viewer.captions.segments.filter((segment) => segment.session === session);
    return { segments, shown, timeline };
  } finally {
    publisher?.close();
    viewer.close();
  }
}

type Watchable<T> = { set(value: T): void; until(matches: (value: T) => boolean): Promise<T> };

function watchable<T>(first: T): Watchable<T> {
  let current = first;
  const waiting = new Set<(value: T) => void>();
  return {
    set(value) {
      current = value;
      for (const look of [...waiting]) look(value);
    },
    until: (matches) =>
      new Promise((resolve) => {
        const look = (value: T): void => {
          if (!matches(value)) return;
          waiting.delete(look);
          resolve(value);
        };
        waiting.add(look);
        look(current);
      }),
  };
}

async function within<T>(work: Promise<T>, ms: number, failure: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new UserError(`${failure} within ${ms / 1000} s.`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
