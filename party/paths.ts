/** What is asked of a room by plain HTTP, by the edge and by its tenant, as paths on a host that does not matter. */
export const roomPaths = {
  state: "/state",
  settings: "/settings",
  purge: "/purge",
  captions: "/captions",
  transcript: "/transcript",
  events: "/events",
  stats: "/stats",
  statsEvents: "/stats/events",
  /** With `/{session}`, one of them. */
  reports: "/reports",
  /** Spends a ticket and does nothing else. */
  ticket: "/ticket",
  /** By the tenant alone. */
  revoke: "/revoke",
} as const;

/** Set by the edge Worker, which has checked the credential; the object cannot be reached but through it. */
export const memberHeader = "x-captionwire-member";
export const passHeader = "x-captionwire-pass";
