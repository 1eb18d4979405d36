/**
 * Speakers through all the sockets of a session. A provider counts them from 0 on each socket and in each batch answer,
 * and "0" of one is not "0" of the next: each pair of source and number gets a number of its own, so that nobody's words
 * are ever put in another's mouth. The price is that a person may be given a new number after an interruption.
 */
export class Speakers {
  readonly #numbers = new Map<string, number>();
  #next: number;

  /** @param used how many numbers the session has given out already */
  constructor(used: number) {
    this.#next = used;
  }

  get used(): number {
    return this.#next;
  }

  numberOf(source: string, speaker: number): number {
    const key = `${source}/${speaker}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#next++;
    this.#numbers.set(key, number);
    return number;
  }
}
