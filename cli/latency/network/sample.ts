/** What one connection took. Names and nesting are those of Deepgram's own network test, so that its readers read ours. */
export type Sample = {
  /** From 1 on. */
  readonly iteration: number;
  /** When it began, ISO 8601. */
  readonly timestamp: string;
  /** `refused`: the server answered the upgrade, and not with 101. */
  readonly status: "success" | "refused" | "failed";
  /** In which it failed. */
  readonly phase?: Phase;
  readonly error?: string;
  /** Milliseconds; what was not reached is missing. */
  readonly dns?: { readonly dns_ms: number; readonly ip?: string };
  /** Of an address that begins with ws. */
  readonly websocket?: Connection & { readonly ws_upgrade_ms?: number };
  /** Of an address that begins with http. */
  readonly http?: Connection & { readonly first_byte_ms?: number };
};

export type Connection = {
  readonly tcp_ms?: number;
  /** Missing for an address without TLS. */
  readonly tls_ms?: number;
  /** From the lookup on to the answer. */
  readonly total_ms?: number;
  readonly http_status?: number;
  readonly dg_request_id?: string;
};

/** `answer` is the WebSocket upgrade, or the first byte of an answer to a plain request. */
export const phases = ["dns", "tcp", "tls", "answer"] as const;
export type Phase = (typeof phases)[number];

/** What a sample says of each phase and of all, in milliseconds. */
export function timesOf(sample: Sample): Partial<Record<Phase | "total", number>> {
  const { dns, websocket, http } = sample;
  const connection = websocket ?? http;
  const answer = websocket?.ws_upgrade_ms ?? http?.first_byte_ms;
  return {
    ...(dns === undefined ? {} : { dns: dns.dns_ms }),
    ...(connection?.tcp_ms === undefined ? {} : { tcp: connection.tcp_ms }),
    ...(connection?.tls_ms === undefined ? {} : { tls: connection.tls_ms }),
    ...(answer === undefined ? {} : { answer }),
    ...(connection?.total_ms === undefined ? {} : { total: connection.total_ms }),
  };
}
