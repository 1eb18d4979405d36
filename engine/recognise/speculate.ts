/** What the decoder says after one token: the likeliest next token, how sure it is, and which audio it listened to. */
export type Step = { next: number; probability: number; attention: Float32Array };

/**
 * A decoder with a cache of the tokens it has read. `run` forgets all but the first `kept` cached tokens, reads `tokens`
 * after them in one pass, and gives one step for each of them.
 */
export type Decoder = { run(tokens: readonly number[], kept: number): Promise<Step[]> };

export type DecodeOptions = {
  startToken: number;
  endToken: number;
  /** The longest answer, in tokens, without start and end. */
  maxTokens: number;
  /** A guess at the answer, without start and end; usually the answer for a little less of the same audio. */
  draft: readonly number[];
};

/** A sequence of up to this many tokens that repeats itself at the end of an answer is a decoder caught in a loop. */
const LONGEST_LOOP_TOKENS = 12;

/**
 * Greedy decoding that lets a draft pay for itself: the whole draft is read in one pass, and as much of it is kept as the
 * decoder would have written itself. After a disagreement the rest of the draft is offered once more behind the decoder's
 * own token, because a changed word in the middle seldom changes the words after it.
 *
 * Returns the steps whose `next` are the answer, without the end token. The same tokens come out whatever the draft.
 */
export async function decodeGreedily(decoder: Decoder, options: DecodeOptions): Promise<Step[]> {
  const answer: Step[] = [];
  let guess = options.draft.slice(0, options.maxTokens);
  let certain = options.startToken;
  let kept = 0;
  for (;;) {
    const steps = await decoder.run([certain, ...guess], kept);
    let accepted = 0;
    for (const [index, step] of steps.entries()) {
      if (step.next === options.endToken) return answer;
      answer.push(step);
      if (answer.length >= options.maxTokens) return withoutLoop(answer);
      certain = step.next;
      if (guess[index] !== step.next) break;
      accepted++;
    }
    const settled = withoutLoop(answer);
    if (settled.length < answer.length) return settled;
    kept += accepted + 1;
    guess = accepted === 0 && answer.length > 1 ? [] : realign(guess.slice(accepted), certain);
  }
}

/** What may follow `token`, which the decoder wrote where `rest` was guessed: the guess after the same token, else after one token. */
function realign(rest: readonly number[], token: number): number[] {
  const same = rest.indexOf(token);
  return rest.slice(same >= 0 && same < 4 ? same + 1 : 1);
}

/** Cuts a repetition at the end down to its first occurrence; an answer without one comes back as it is. */
export function withoutLoop(answer: Step[]): Step[] {
  for (let period = 1; period <= LONGEST_LOOP_TOKENS; period++) {
    // Short loops need more turns to be told from speech: "no, no, no" is said, "no" twelve times is not.
    const turns = period === 1 ? 8 : period <= 3 ? 5 : 3;
    const needed = period * turns;
    if (answer.length < needed) continue;
    let repeated = 0;
    for (let at = answer.length - 1; at >= period; at--) {
      if (answer[at]?.next !== answer[at - period]?.next) break;
      repeated++;
    }
    if (repeated + period >= needed) return answer.slice(0, answer.length - repeated);
  }
  return answer;
}
