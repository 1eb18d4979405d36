import type { ChunkOrder } from "./pipeline/chunk.ts";
import { languageOf, limitsFor, plan } from "./plan/index.ts";

/** What is to be asked of the provider, one after the other. */
export type Orders = { readonly isSingle: boolean; readonly all: Iterator<ChunkOrder, void> };

/** Divides a text for a model, no further ahead than it is spoken; only whether it is more than one chunk is known at once. */
export function ordersFor(text: string, model: string): Orders {
  const chunks = numbered(text, model);
  const first = chunks.next();
  const second = chunks.next();
  return { isSingle: second.done === true, all: again([first, second], chunks) };
}

/** The only one. */
export function singleOrder(text: string, size: number): Orders {
  return { isSingle: true, all: [{ text, size, number: 1 }].values() };
}

function* numbered(text: string, model: string): Generator<ChunkOrder, void> {
  let number = 0;
  for (const { text: part, size } of plan(text, limitsFor(model), languageOf(model))) {
    // White space longer than a chunk: there is nothing to say, and the provider would refuse it.
    if (part.trim() === "") continue;
    number += 1;
    yield { text: part, size, number };
  }
}

function* again<T>(taken: readonly IteratorResult<T, void>[], rest: Generator<T, void>): Generator<T, void> {
  for (const { done, value } of taken) if (done !== true && value !== undefined) yield value;
  yield* rest;
}
