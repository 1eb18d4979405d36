import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Reads an option's value as seconds and gives milliseconds. */
export function seconds(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= min && value <= max) return value * 1000;
    throw new InvalidArgumentError(`It takes seconds from ${min} to ${max}.`);
  };
}
