import { measuringUs } from "./measuring.ts";

/** Prints what measuring costs with interims at the rate that is its first argument, for the viewers that are its second. */
const [rate = 1, viewers = 0] = process.argv.slice(2).map(Number);
process.stdout.write(`${measuringUs(rate, viewers)}\n`);
