import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import * as v from "valibot";
import { RoomNameSchema } from "../shared/claims.ts";

/** Reads an option's value as a whole number in a range; anything else is a usage error. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${min} to ${max}.`);
  };
}

/** The room of whoever names none: the one that the demo of `npm start` speaks in. */
export const usualRoom = "demo";

/** Reads a room's name. */
export function roomName(text: string): string {
  if (v.is(RoomNameSchema, text)) return text;
  throw new InvalidArgumentError("A room's name is 1 to 63 of a-z, 0-9 and -, no hyphen first.");
}

/** Collects the values of an option that may be given several times. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export const jsonOption = new Option("--json", "for other programs: JSON on stdout");
