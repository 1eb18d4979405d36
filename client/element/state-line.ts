import type { Words } from "./words.ts";

export type StateLine = { show(words: Words): void; close(): void };

/**
 * Shows a state in words twice: once to be seen, with the seconds counting down, and once in a polite live region
 * that changes only with the state, so that nobody is read a countdown.
 */
export function createStateLine(seen: HTMLElement, spoken: HTMLElement): StateLine {
  let timer: ReturnType<typeof setInterval> | undefined;
  seen.setAttribute("aria-hidden", "true");

  function show({ announced, tone, retryInMs }: Words): void {
    clearInterval(timer);
    seen.dataset.tone = tone;
    if (spoken.textContent !== announced) spoken.textContent = announced;
    if (retryInMs === undefined) {
      if (seen.textContent !== announced) seen.textContent = announced;
      return;
    }
    const until = performance.now() + retryInMs;
    const count = (): void => {
      const seconds = Math.max(1, Math.ceil((until - performance.now()) / 1000));
      seen.textContent = `${announced} in ${seconds} s`;
    };
    count();
    timer = setInterval(count, 1000);
  }

  return {
    show,
    close() {
      clearInterval(timer);
      seen.textContent = "";
      spoken.textContent = "";
    },
  };
}
