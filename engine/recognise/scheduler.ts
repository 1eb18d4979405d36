import type { RecogniseQuestion } from "./questions.ts";
import type { Hypothesis } from "./words.ts";

/** Something that recognises one stretch of audio at a time. */
export type Recogniser = (question: RecogniseQuestion) => Promise<Hypothesis>;

export type Scheduler = {
  /** Recognised as soon as a recogniser is free, in the order asked, before any interim. */
  final(question: RecogniseQuestion): Promise<Hypothesis>;
  /**
   * Recognised when a recogniser is free and no final waits. `prepare` is called at that moment, so that the newest audio
   * is used; it may answer `null` when there is nothing to do any more. A stream has at most one interim waiting or
   * running: a further wish resolves to `null` at once, so interims thin out under load and never queue.
   */
  interim(stream: object, prepare: () => RecogniseQuestion | null): Promise<Hypothesis | null>;
  /**
   * Recognised when nothing of a live stream waits, in the order asked; but after so many interims one of them has its
   * turn, so that a recording is not kept waiting for ever.
   */
  batch(question: RecogniseQuestion): Promise<Hypothesis>;
  waitingFinals(): number;
  refusedInterims(): number;
};

type Waiting = {
  prepare: () => RecogniseQuestion | null;
  resolve: (hypothesis: Hypothesis | null) => void;
  reject: (error: unknown) => void;
};

/** Interims that go before a waiting batch question. */
const INTERIMS_PER_BATCH = 4;

export function createScheduler(recognisers: readonly Recogniser[]): Scheduler {
  const free = [...recognisers];
  const finals: Waiting[] = [];
  const batches: Waiting[] = [];
  const interims = new Map<object, Waiting>();
  const busy = new Set<object>();
  let refused = 0;
  let interimsBeforeBatch = 0;

  const start = (recognise: Recogniser, question: RecogniseQuestion, job: Waiting, done: () => void) => {
    const finish = () => {
      free.push(recognise);
      done();
      next();
    };
    recognise(question).then(
      (hypothesis) => {
        finish();
        job.resolve(hypothesis);
      },
      (error: unknown) => {
        finish();
        job.reject(error);
      },
    );
  };

  const takeJob = (): { job: Waiting; stream: object | null } | null => {
    const final = finals.shift();
    if (final !== undefined) return { job: final, stream: null };
    const [interim] = interims;
    const isBatchDue = batches.length > 0 && interimsBeforeBatch >= INTERIMS_PER_BATCH;
    if (interim !== undefined && !isBatchDue) {
      const [stream, job] = interim;
      interims.delete(stream);
      if (batches.length > 0) interimsBeforeBatch++;
      return { job, stream };
    }
    const batch = batches.shift();
    if (batch === undefined) return null;
    interimsBeforeBatch = 0;
    return { job: batch, stream: null };
  };

  const next = () => {
    while (free.length > 0) {
      const taken = takeJob();
      if (taken === null) return;
      const { job, stream } = taken;
      const question = job.prepare();
      const recognise = question === null ? undefined : free.pop();
      if (question === null || recognise === undefined) {
        if (stream !== null) busy.delete(stream);
        job.resolve(null);
        continue;
      }
      start(recognise, question, job, () => {
        if (stream !== null) busy.delete(stream);
      });
    }
  };

  const queue = (waiting: Waiting[], question: RecogniseQuestion) =>
    new Promise<Hypothesis>((resolve, reject) => {
      waiting.push({
        prepare: () => question,
        resolve: (hypothesis) =>
          hypothesis === null ? reject(new Error("audio was not recognised")) : resolve(hypothesis),
        reject,
      });
      next();
    });

  return {
    final: (question) => queue(finals, question),
    batch: (question) => queue(batches, question),
    interim(stream, prepare) {
      if (busy.has(stream)) {
        refused++;
        return Promise.resolve(null);
      }
      busy.add(stream);
      return new Promise((resolve, reject) => {
        interims.set(stream, { prepare, resolve, reject });
        next();
      });
    },
    waitingFinals: () => finals.length,
    refusedInterims: () => refused,
  };
}
