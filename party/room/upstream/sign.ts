import type { UpstreamEvent, UpstreamState } from "./state.ts";

/** What became of a socket to the provider. */
export type LinkSign = "dialled" | "opened" | "failed" | "lost";

/** What a step of the upstream machine says of its socket; `null`: nothing. Dials are effects of their own. */
export function linkSign(before: UpstreamState, event: UpstreamEvent, after: UpstreamState): LinkSign | null {
  const now = after.link.kind;
  switch (before.link.kind) {
    case "connecting": {
      // An event of an earlier socket changes nothing.
      if (after === before) return null;
      if (event.kind === "opened") return "opened";
      return now === "recovering" || now === "tripped" || now === "failed" ? "failed" : null;
    }
    case "live":
    case "finishing":
      if (event.kind === "closed") {
        // As it closes when there is nothing to listen to, or everything has been said.
        return after === before || now === "idle" || now === "ended" ? null : "lost";
      }
      // A socket that is left because it was mute; one that fell behind, or whose publisher jumped, is not lost.
      return event.kind === "tick" && now === "leaving" && after.trouble !== before.trouble ? "lost" : null;
    case "idle":
    case "leaving":
    case "recovering":
    case "tripped":
    case "ended":
    case "failed":
      return null;
    default:
      return before.link satisfies never;
  }
}
