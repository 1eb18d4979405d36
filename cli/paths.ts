import { fileURLToPath } from "node:url";

/** The project's own folder, ending with a separator. */
export const root = fileURLToPath(new URL("..", import.meta.url));

export function inRoot(path: string): string {
  return `${root}${path}`;
}

/** What local runs leave behind: secrets, rooms, logs. Never committed. */
export const localFolder = inRoot(".captionwire");
