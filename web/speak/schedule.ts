/** In samples of the audio that is played. */
export type ScheduleOptions = {
  /** The first piece begins so much later than it came, so that the next one is there when it ends. */
  readonly lead: number;
  /** The same after the audio ran out once: it may do so again. */
  readonly leadAfterPause: number;
  /** A piece can be placed no nearer than this: what plays runs ahead of the clock that is read. */
  readonly margin: number;
};

export type Schedule = {
  /**
   * Where a piece of `length` samples begins, `now` being played: where the one before ends, without a gap; or a lead later
   * when it is the first, or when it came too late for that.
   */
  place(now: number, length: number): number;
  /** Where the last one ends; null before the first. */
  readonly end: number | null;
  /** How often audio came too late, and how much silence that made. */
  readonly pauses: { readonly count: number; readonly samples: number };
};

/** The queue of a player whose pieces follow one another to the sample. All numbers are whole. */
export function createSchedule({ lead, leadAfterPause, margin }: ScheduleOptions): Schedule {
  let end: number | null = null;
  let pauses = { count: 0, samples: 0 };

  return {
    place(now, length) {
      let at = end;
      if (at === null) {
        at = Math.ceil(now) + lead;
      } else if (at < now + margin) {
        at = Math.ceil(now) + leadAfterPause;
        pauses = { count: pauses.count + 1, samples: pauses.samples + at - (end ?? at) };
      }
      end = at + length;
      return at;
    },
    get end() {
      return end;
    },
    get pauses() {
      return pauses;
    },
  };
}
