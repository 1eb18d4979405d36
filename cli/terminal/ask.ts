import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { UserError } from "../errors.ts";

/** Somebody who can be asked. */
export type Asking = {
  /** Whether anybody is there: without a terminal nobody is, and nothing may be asked. */
  readonly isSomebody: boolean;
  /** The answer, as it was typed, without what stands around it. */
  text(question: string): Promise<string>;
  /** The same, while nothing of the answer is shown. */
  hidden(question: string): Promise<string>;
};

/** Asks on a terminal. An end of the input in place of an answer is a `UserError`. */
export function askOn(
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean },
  output: NodeJS.WritableStream & { readonly isTTY?: boolean },
): Asking {
  async function ask(question: string, isHidden: boolean): Promise<string> {
    output.write(question);
    // Readline shows what is typed by writing it: hidden, it writes into nothing. As a terminal it reads key by key and
    // has the terminal itself show nothing.
    const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
    const reader = createInterface({ input, output: isHidden ? nothing : output, terminal: isHidden });
    try {
      const closed = new Promise<never>((_, reject) => {
        reader.once("close", () => reject(new UserError("Nothing was answered; nothing was deployed.")));
        reader.once("SIGINT", () => reader.close());
      });
      return (await Promise.race([reader.question(""), closed])).trim();
    } finally {
      reader.close();
      if (isHidden) output.write("\n");
    }
  }
  return {
    isSomebody: input.isTTY === true && output.isTTY === true,
    text: (question) => ask(question, false),
    hidden: (question) => ask(question, true),
  };
}
