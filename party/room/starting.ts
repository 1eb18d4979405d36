import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";

/** A publisher whose `start` has not had its turn yet. A simple one does not wait for the answer: its frames are held. */
export class Starting {
  readonly held: (string | Uint8Array)[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  hold(frame: string | Uint8Array): void {
    this.#bytes += frame.length;
    if (this.#bytes > limits.audioBufferMaxBytes || this.held.length > limits.heldFramesMax) {
      throw new CaptionwireError("too_large", "Wait for the answer to start before sending so much.");
    }
    this.held.push(frame);
  }
}
