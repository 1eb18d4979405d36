import { closedInWords, roomInWords, type StateWords } from "../../shared/words.ts";
import type { Link, Status } from "../index.ts";

export type Words = StateWords & {
  /** Follows `announced` where it can be seen: seconds until the next try. */
  readonly retryInMs?: number;
};

/** The state of a viewer's link and room in words a reader understands. `wasOpen`: there has been a connection before. */
export function inWords(link: Link, status: Status, wasOpen: boolean): Words {
  switch (link.state) {
    case "connecting":
      return wasOpen
        ? { announced: "Connection lost, trying again", tone: "trouble" }
        : { announced: "Connecting", tone: "calm" };
    case "waiting":
      return {
        announced: wasOpen ? "Connection lost, trying again" : "No connection, trying again",
        tone: "trouble",
        retryInMs: link.retryInMs,
      };
    case "closed":
      return { announced: closedInWords(link.code, link.message), tone: "trouble" };
    case "open":
      return roomInWords(status);
  }
}
