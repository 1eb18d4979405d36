/** Without words for so long, whatever comes next begins anew, also when no provider said that an utterance had ended. */
const silenceMs = 3_000;

/**
 * Whether somebody is in the middle of an utterance: its first words are shown at once, later ones are paced.
 * `speech_final` and `UtteranceEnd` are each unreliable alone, so a pause ends an utterance too.
 */
export class Utterance {
  #lastWordsAt: number | null = null;

  /** Words were heard; tells whether they are the first of their utterance. */
  words(now: number): boolean {
    const last = this.#lastWordsAt;
    this.#lastWordsAt = now;
    // A clock that was set back counts as a pause.
    return last === null || now - last > silenceMs || now < last;
  }

  end(): void {
    this.#lastWordsAt = null;
  }
}
