import type { Link, Status } from "../index.ts";

/** What a reader is told who has neither a link with a token nor a room that is public. */
export const noToken = "This page needs a link with a token. Ask for one.";

export type Tone = "live" | "calm" | "trouble";

export type Words = {
  /** Changes only when the state does, so it is fit to be announced. */
  readonly announced: string;
  readonly tone: Tone;
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

export function closedInWords(code: string, message: string): string {
  switch (code) {
    case "token_expired":
    case "ticket_used":
      return "This link has expired. Ask for a new one.";
    case "token_revoked":
      return "This link was withdrawn. Ask for a new one.";
    case "unauthenticated":
      return noToken;
    default:
      return message;
  }
}

function roomInWords(status: Status): Words {
  switch (status.state) {
    case "idle":
      return { announced: "Waiting for the broadcast to begin", tone: "calm" };
    case "connecting":
      return reasonInWords(status) ?? { announced: "The broadcast is starting", tone: "calm" };
    case "live":
      return { announced: "Live", tone: "live" };
    case "recovering":
      return (
        reasonInWords(status) ?? {
          announced: "Captions are interrupted, they will come back",
          tone: "trouble",
        }
      );
    case "ended":
      return { announced: "The broadcast has ended", tone: "calm" };
  }
}

/** Why nothing comes, where the room knows. */
function reasonInWords({ reason }: Status): Words | null {
  switch (reason) {
    case undefined:
      return null;
    case "publisher_away":
      return { announced: "The publisher is away", tone: "trouble" };
    case "provider_unavailable":
      return { announced: "The speech service cannot be reached; captions will follow", tone: "trouble" };
  }
}
