import { once } from "node:events";
import { open, rename, rm } from "node:fs/promises";
import { extname } from "node:path";
import { messageOf, UserError } from "../errors.ts";
import { endWhenUnread } from "../terminal/output.ts";

/** Where sound goes while it comes. What cannot be written is a `UserError`. */
export type Sink = {
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** There will be no sound. */
  discard(): Promise<void>;
  /** There will be no more: what to say when the sound broke off after so many bytes. */
  broken(bytes: number, error: unknown): Promise<UserError>;
};

/** Takes no more than the reader does. */
export function stdoutSink(): Sink {
  endWhenUnread();
  return {
    async write(chunk) {
      if (!process.stdout.write(chunk)) await once(process.stdout, "drain");
    },
    async end() {},
    async discard() {},
    broken: async (bytes, error) =>
      new UserError(`The sound broke off after ${bytes} bytes: ${messageOf(error)}.`),
  };
}

/** Beside the file until all is there: no player should take a part of it for the whole. */
export async function fileSink(path: string): Promise<Sink> {
  const beside = `${path}.part`;
  const unwritable = (error: unknown): never => {
    throw new UserError(`${path} cannot be written: ${messageOf(error)}`);
  };
  const file = await open(beside, "w").catch(unwritable);
  return {
    write: (chunk) => file.writeFile(chunk).catch(unwritable),
    async end() {
      await file.close().catch(unwritable);
      await rename(beside, path).catch(unwritable);
    },
    async discard() {
      await file.close();
      await rm(beside, { force: true });
    },
    async broken(bytes, error) {
      await file.close();
      return new UserError(
        `The sound broke off after ${bytes} bytes, which are in ${beside}: ${messageOf(error)}.`,
      );
    },
  };
}

/** What the name of a file says of what should be in it. */
export function encodingOf(path: string | undefined): string {
  switch (extname(path ?? "").toLowerCase()) {
    case ".mp3":
      return "mp3";
    case ".opus":
    case ".ogg":
      return "opus";
    case ".flac":
      return "flac";
    case ".aac":
      return "aac";
    default:
      return "linear16";
  }
}
