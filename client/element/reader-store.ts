import * as v from "valibot";
import { type Reader, ReaderSchema, standardReader } from "./reader.ts";

const storageKey = "captionwire.reader";
/** Elements of this page; other pages hear of a change from the browser. */
const watchers = new Set<(reader: Reader) => void>();
/** For where the browser keeps nothing, as in some frames: until the page is left. */
let unkept: Reader | null = null;

/** The reader's choices: those of the last visit, or the standard. */
export function keptReader(): Reader {
  return unkept ?? parse(read());
}

/** Keeps the choices for all captions of this origin, on this page and others, now and with the next visit. */
export function keepReader(reader: Reader): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(reader));
    unkept = null;
  } catch {
    unkept = reader;
  }
  tell(reader);
}

/** Hears of every change until the answer is called. */
export function watchReader(handleChange: (reader: Reader) => void): () => void {
  if (watchers.size === 0) addEventListener("storage", handleStorage);
  watchers.add(handleChange);
  return () => {
    watchers.delete(handleChange);
    if (watchers.size === 0) removeEventListener("storage", handleStorage);
  };
}

function handleStorage({ key, newValue }: StorageEvent): void {
  // `null`: everything was cleared.
  if (key === storageKey || key === null) tell(parse(newValue));
}

function tell(reader: Reader): void {
  for (const watcher of watchers) watcher(reader);
}

function read(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function parse(text: string | null): Reader {
  try {
    return v.parse(ReaderSchema, JSON.parse(text ?? "{}"));
  } catch {
    return standardReader;
  }
}
