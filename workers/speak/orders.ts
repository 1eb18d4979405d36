import type { ChunkOrder } from "./pipeline/chunk.ts";
import { languageOf, limitsFor, plan } from "./plan/index.ts";

/** What is to be asked of the provider, one after the other. */
export type Orders = { readonly isSingle: boolean; readonly all: Iterator<ChunkOrder, void> };

/** Divides a text that is not blank for a model, no further ahead than it is spoken. */
export function ordersFor(text: string, model: string): Orders {
  const chunks = numbered(text, model);
  const first = chunks.next();
  if (first.done === true) return { isSingle: true, all: chunks };
  // What begins at the same character and is as long without the white space around it is all there is to say.
  const isSingle = first.value.text.trim().length === text.trim().length;
  return { isSingle, all: before(first.value, chunks) };
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

function* before<T>(first: T, rest: Generator<T, void>): Generator<T, void> {
  yield first;
  yield* rest;
}
