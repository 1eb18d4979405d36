/**
 * The one error table: each code's HTTP status, WebSocket close code and whether coming back can help.
 *
 * Close codes 4000–4499 mean "come back with your position", 4500–4999 "do not come back".
 * `workers/` and `party/` render from here, so nothing else of an exception ever reaches the wire.
 */
export type ErrorRule = {
  readonly status: number;
  readonly close: number;
  readonly retry: boolean;
  readonly message: string;
  /** Told as `retry-after` by HTTP, seconds. */
  readonly retryAfterS?: number;
};

export const errorTable = {
  unauthenticated: {
    status: 401,
    close: 4501,
    retry: false,
    message: "No credentials were given. Send a token made by POST /v1/tokens.",
  },
  token_invalid: { status: 401, close: 4501, retry: false, message: "The token is not valid here." },
  token_expired: {
    status: 401,
    close: 4401,
    retry: true,
    message: "The token has expired. Fetch a new one.",
  },
  token_revoked: {
    status: 401,
    close: 4501,
    retry: false,
    message: "The token was revoked.",
  },
  ticket_used: {
    status: 409,
    close: 4401,
    retry: true,
    message: "This ticket has been used. Each is good for one connection: fetch a new one.",
  },
  scope_missing: { status: 403, close: 4503, retry: false, message: "The token lacks the scope for this." },
  room_forbidden: { status: 403, close: 4503, retry: false, message: "The token is for another room." },
  origin_forbidden: {
    status: 403,
    close: 4503,
    retry: false,
    message: "Pages of this origin may not use this. The list of origins is the tenant's, in TENANTS.",
  },
  cap_reached: {
    status: 403,
    close: 4503,
    retry: false,
    message: "What this token allows has been used up.",
  },
  too_many_rooms: {
    status: 403,
    close: 4503,
    retry: false,
    message: "The tenant has as many rooms as it may have. Delete one first.",
  },
  room_name_invalid: {
    status: 400,
    close: 4500,
    retry: false,
    message: "A room's name is 1–63 of a–z, 0–9 and '-', not beginning with '-'.",
  },
  bad_request: { status: 400, close: 4500, retry: false, message: "The request could not be understood." },
  bad_message: { status: 400, close: 4500, retry: false, message: "The message could not be understood." },
  not_started: { status: 409, close: 4500, retry: false, message: "Send a start message before any audio." },
  not_publisher: {
    status: 403,
    close: 4503,
    retry: false,
    message: "Only the room's publisher may send this.",
  },
  publisher_present: { status: 409, close: 4509, retry: false, message: "The room has a publisher already." },
  session_ended: { status: 410, close: 4510, retry: false, message: "The session has ended." },
  too_large: { status: 413, close: 4513, retry: false, message: "The message is larger than allowed." },
  too_slow: {
    status: 429,
    close: 4408,
    retry: true,
    retryAfterS: 1,
    message: "The connection is too slow. Come back with your position.",
  },
  draining: {
    status: 503,
    close: 4412,
    retry: true,
    retryAfterS: 1,
    message: "The room is moving. Come back with your position.",
  },
  publisher_silent: {
    status: 408,
    close: 4412,
    retry: true,
    message:
      "Nothing was heard of this publisher for too long. Send audio or a ping, and come back to the session.",
  },
  too_many_connections: {
    status: 429,
    close: 4429,
    retry: true,
    retryAfterS: 5,
    message: "As many connections are open as may be. Try again later.",
  },
  rate_limited: {
    status: 429,
    close: 4429,
    retry: true,
    retryAfterS: 10,
    message: "Too many requests. Try again later.",
  },
  not_found: { status: 404, close: 4510, retry: false, message: "There is nothing here." },
  upgrade_required: { status: 426, close: 4500, retry: false, message: "This address speaks WebSocket." },
  provider_refused: {
    status: 502,
    close: 4500,
    retry: false,
    message: "The speech provider refused the service's own credentials or settings.",
  },
  provider_unavailable: {
    status: 502,
    close: 4412,
    retry: true,
    retryAfterS: 5,
    message: "The speech provider cannot be reached. Try again later.",
  },
  not_configured: {
    status: 503,
    close: 4412,
    retry: true,
    retryAfterS: 60,
    message: "The service is not configured yet. Its log names what is missing.",
  },
  internal: { status: 500, close: 4412, retry: true, message: "Something went wrong on our side." },
} as const satisfies Record<string, ErrorRule>;

export type ErrorCode = keyof typeof errorTable;

export function ruleOf(code: ErrorCode): ErrorRule {
  return errorTable[code];
}

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorTable, value);
}

/** An expected failure. `detail` is public text that replaces the table's own; never put a secret or caption text in it. */
export class CaptionwireError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail?: string) {
    super(detail ?? errorTable[code].message);
    this.name = "CaptionwireError";
    this.code = code;
  }
}

export type ErrorFrame = {
  readonly type: "error";
  readonly code: ErrorCode;
  readonly message: string;
  readonly retry: boolean;
};

/** The frame a member reads before its socket is closed with `errorTable[code].close`. */
export function errorFrame(code: ErrorCode, detail?: string): ErrorFrame {
  const rule = errorTable[code];
  return { type: "error", code, message: detail ?? rule.message, retry: rule.retry };
}
