import type { Ports } from "./ports.ts";

/**
 * How often the clock is looked at, and how much more than that is taken for sleep. A page that has been hidden for minutes may have
 * its timers run once a minute: it asks its link as often then, which costs a ping.
 */
const lookEveryMs = 5_000;
const sleepMs = 20_000;

/**
 * Calls `run` when there is reason to believe that the machine has slept, or the network was away: when the page comes back
 * into sight, when it says so itself (`ports.onWake`), or when the clock has gone on for much longer than a timer was set
 * for. Answers what ends it.
 */
export function watchWake(ports: Pick<Ports, "now" | "setTimer" | "onWake">, run: () => void): () => void {
  let cancel = (): void => {};
  function look(): void {
    const lookedAt = ports.now();
    cancel = ports.setTimer(() => {
      const hasSlept = ports.now() - lookedAt > lookEveryMs + sleepMs;
      look();
      if (hasSlept) run();
    }, lookEveryMs);
  }
  look();
  const leave = ports.onWake(run);
  return () => {
    cancel();
    leave();
  };
}

type Listen<Type extends string, Event = unknown> = (
  type: Type,
  listener: (event: Event) => void,
  options: { readonly signal: AbortSignal },
) => void;
/** A page's own globals: this file is compiled for surroundings without them too. */
declare const document: { readonly hidden: boolean; readonly addEventListener: Listen<"visibilitychange"> };
declare const addEventListener: Listen<"online" | "pageshow", { readonly persisted?: boolean }>;

/** Of a page: it is seen again, it was kept and is shown again, or the machine is online again. Elsewhere it never comes. */
export function onPageWake(run: () => void): () => void {
  if (typeof document === "undefined") return () => {};
  const until = new AbortController();
  const { signal } = until;
  addEventListener("online", run, { signal });
  addEventListener("pageshow", ({ persisted }) => persisted && run(), { signal });
  document.addEventListener("visibilitychange", () => document.hidden || run(), { signal });
  return () => until.abort();
}
