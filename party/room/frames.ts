import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import {
  type PublisherMessage,
  PublisherMessageSchema,
  type ViewerMessage,
  ViewerMessageSchema,
} from "../../shared/protocol.ts";

/** Reads what a member sent, once. Throws `bad_message` or `too_large`; the text itself is never repeated. */
export function readPublisherMessage(text: string): PublisherMessage {
  return read(PublisherMessageSchema, text);
}

export function readViewerMessage(text: string): ViewerMessage {
  return read(ViewerMessageSchema, text);
}

export function checkAudioFrame(frame: Uint8Array): Uint8Array {
  if (frame.length > limits.audioFrameMaxBytes) {
    throw new CaptionwireError(
      "too_large",
      `An audio frame may have ${limits.audioFrameMaxBytes} bytes at most.`,
    );
  }
  return frame;
}

function read<const S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> {
  // Characters are at most bytes, so this never refuses what the limit in bytes would allow.
  if (text.length > limits.controlFrameMaxBytes) throw new CaptionwireError("too_large");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CaptionwireError("bad_message", "The message is not JSON.");
  }
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  const path = v.getDotPath(result.issues[0]);
  throw new CaptionwireError(
    "bad_message",
    path === null ? undefined : `The message's "${path}" is not valid.`,
  );
}
