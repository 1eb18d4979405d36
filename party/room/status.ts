import type { Status } from "../../shared/captions.ts";
import type { LinkState } from "./upstream/hooks.ts";

/** What a status depends on. `lane` is null when no session runs. */
export type Circumstances = {
  readonly hadSession: boolean;
  readonly lane: {
    readonly attached: boolean;
    readonly finishing: boolean;
    readonly link: LinkState;
  } | null;
};

/** What readers are told, without the time since when. */
export function statusOf({ hadSession, lane }: Circumstances): Omit<Status, "since"> {
  if (lane === null) return { state: hadSession ? "ended" : "idle" };
  // Nothing comes from a publisher that is away, however healthy the socket to the provider is.
  if (!lane.attached && !lane.finishing) return { state: "recovering", reason: "publisher_away" };
  switch (lane.link) {
    case "idle":
    case "live":
      return { state: "live" };
    case "connecting":
      return { state: "connecting" };
    case "recovering":
      return { state: "recovering" };
    case "tripped":
      return { state: "recovering", reason: "provider_unavailable" };
    default:
      return lane.link satisfies never;
  }
}
