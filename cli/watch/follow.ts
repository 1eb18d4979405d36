import { type Link, type Subscription, subscribe } from "../../client/index.ts";
import { type Access, checkFirst, tokenSource } from "../access.ts";
import { UserError } from "../errors.ts";
import { createChangeLog } from "./changes.ts";
import type { View } from "./view.ts";

export type FollowOptions = {
  readonly access: Access;
  readonly room: string;
  /** Whose public room it is, for a reader without a key or token. */
  readonly tenant?: string | undefined;
  readonly view: View;
  /** What to show of what is there already: all, nothing, or what belongs to a session. */
  readonly begin: "start" | "now" | { readonly session: string };
  /** End with the session that is under way, or the next one. */
  readonly untilEnd: boolean;
  /** Ends it at once. */
  readonly stop: Promise<unknown>;
  /** Once it settles, the version after which nothing is left to show. */
  readonly lastVersion: Promise<number>;
};

const openWithinMs = 20_000;
/** Segments that are held. */
const keepSegments = 500;

/** Follows a room until it is told to end. Throws a `UserError` when the room refuses or cannot be reached at first. */
export async function follow(options: FollowOptions): Promise<void> {
  const { access, room, tenant, view, begin, untilEnd } = options;
  const needed = { scopes: ["captions:view" as const], room };
  let isStopped = false;
  const stopped = options.stop.then(() => {
    isStopped = true;
  });
  await Promise.race([checkFirst(access, needed), stopped]);
  if (isStopped) return;
  const log = createChangeLog();
  const ended = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  opened.promise.catch(() => {});
  let lastVersion = Number.POSITIVE_INFINITY;
  /** Nothing is told before it is known what is there already. */
  let isReady = false;
  let session: string | null = null;
  let link: Link = { state: "connecting" };

  const tell = (changes: ReturnType<typeof log.begin>): void => {
    for (const change of changes) {
      const isOther =
        typeof begin === "object" && change.kind !== "purged" && change.segment.session !== begin.session;
      if (!isOther) view.change(change);
    }
  };
  const look = (): void => {
    const { captions } = subscription;
    view.now(captions, link);
    if ((captions.position?.version ?? -1) >= lastVersion) ended.resolve();
    const { state } = captions.status;
    if (state !== "idle" && state !== "ended") session = captions.session?.id ?? session;
    // Its end may have been while we were away, and another session may have begun since.
    const isOver = state === "ended" || state === "idle" || captions.session?.id !== session;
    if (untilEnd && session !== null && isOver) ended.resolve();
  };
  const subscription: Subscription = subscribe({
    url: access.url,
    room,
    token: tokenSource(access, needed),
    ...(tenant === undefined ? {} : { tenant }),
    ...(begin === "start" ? {} : { keepSegments }),
    onChange(captions, frame) {
      if (!isReady) return;
      // First what is being said now: what has become final would stand there twice.
      look();
      tell(log.next(captions, frame));
    },
    onLink(next) {
      link = next;
      if (next.state === "open") opened.resolve();
      if (next.state === "closed" && next.code !== "done") {
        const error = new UserError(`The room refuses this reader: ${next.message}`);
        opened.reject(error);
        ended.reject(error);
      }
      if (isReady) look();
    },
  });
  void stopped.then(() => ended.resolve());
  ended.promise.catch(() => {});
  try {
    await Promise.race([opened.promise, ended.promise, tooLate(() => link)]);
    if (begin === "start") while (subscription.captions.hasEarlier) await subscription.earlier();
    isReady = true;
    look();
    if (begin === "now") log.skip(subscription.captions);
    else tell(log.begin(subscription.captions));
    void options.lastVersion.then((version) => {
      lastVersion = version;
      look();
    });
    await ended.promise;
  } finally {
    isReady = false;
    subscription.close();
    view.end();
  }
}

async function tooLate(link: () => Link): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, openWithinMs));
  const now = link();
  throw new UserError(
    `The room did not answer within ${openWithinMs / 1000} s.${now.state === "waiting" ? ` ${now.reason}` : ""}`,
  );
}
