/** One slow step, told to whoever watches. */
export type Step = {
  note(text: string): void;
  /** Shows the step as running until the work ends, then what `outcome` says of its result, or that it failed. */
  during<T>(work: () => Promise<T>, outcome: (result: T) => string): Promise<T>;
};

export type Progress = {
  step(title: string): Step;
};

/** For tests and for commands whose output is their result. */
export const silent: Progress = {
  step: () => ({ note: () => {}, during: (work) => work() }),
};
