import { createParser, type EventSourceMessage } from "eventsource-parser";
import * as v from "valibot";
import { type ViewerFrame, ViewerFrameSchema } from "../../../shared/protocol.ts";
import { eventually } from "../../../testing/wait.ts";
import { Mirror } from "./mirror.ts";

/** A reader of server-sent events, which applies the frames in them as a viewer does. */
export class EventReader {
  readonly headers: Headers;
  readonly events: (EventSourceMessage & { readonly frame: ViewerFrame })[] = [];
  readonly comments: string[] = [];
  readonly mirror = new Mirror();
  retryMs: number | null = null;
  hasEnded = false;
  #wrong: Error | null = null;
  readonly #abort: () => void;

  constructor(response: Response, abort: () => void) {
    this.headers = response.headers;
    this.#abort = abort;
    void this.#read(response);
  }

  async #read({ body }: Response): Promise<void> {
    const parser = createParser({
      onEvent: (event) => {
        const frame = v.parse(ViewerFrameSchema, JSON.parse(event.data));
        this.events.push({ ...event, frame });
        this.mirror.take(frame);
      },
      onRetry: (ms) => {
        this.retryMs = ms;
      },
      onComment: (comment) => this.comments.push(comment),
    });
    try {
      const decoder = new TextDecoder();
      for await (const bytes of body ?? []) parser.feed(decoder.decode(bytes, { stream: true }));
    } catch (error) {
      const isLeft = error instanceof Error && error.name === "AbortError";
      if (!isLeft) this.#wrong = error instanceof Error ? error : new Error(String(error));
    }
    this.hasEnded = true;
  }

  async until(what: string, holds: () => boolean, ms?: number): Promise<void> {
    const look = () => {
      if (this.#wrong !== null) throw this.#wrong;
      return holds();
    };
    await eventually(what, look, (seen) => seen, ms);
  }

  close(): void {
    this.#abort();
  }
}
