import { type Asking, askOn } from "../terminal/ask.ts";

/** Whoever is at the terminal. In a CI that is nobody, though it may give a terminal: a question would wait there for ever. */
export function askingIn(env: NodeJS.ProcessEnv, ...terminal: Parameters<typeof askOn>): Asking {
  const asking = askOn(...terminal);
  const isCi = env.CI !== undefined && env.CI !== "" && env.CI !== "false";
  return { ...asking, isSomebody: asking.isSomebody && !isCi };
}
