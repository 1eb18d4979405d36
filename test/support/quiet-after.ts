import { afterAll } from "vitest";

/**
 * Rooms outlive the tests of their file, and log on. Vitest 4 counts a line that comes while it closes a file as an error
 * of the run ("Closing rpc while onUserConsoleLog was pending"), so nothing is logged once a file's tests have ended. The
 * next file has a console of its own.
 */
afterAll(() => {
  for (const name of ["debug", "error", "info", "log", "warn"] as const) console[name] = () => {};
});
