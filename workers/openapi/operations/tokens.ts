import { limits, timing } from "../../../shared/limits.ts";
import type { Operation } from "../operation.ts";

const made = { access_token: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…", expires_in: 30 };

/** What goes with what in a request for a token is said in `tokenRequestProblem`. */
export const tokens: readonly Operation[] = [
  {
    id: "createToken",
    method: "post",
    path: "/v1/tokens",
    tag: "Tokens",
    summary: "Make a token",
    description: `An API key in, a short-lived and narrow token out. It lives ${limits.tokenMaxSeconds} seconds at most, \
and a request that goes on for longer is not cut off by its end: viewers renew theirs in band.

\`maxChars\` goes with the scope \`speak\`, \`maxSeconds\` with \`captions:publish\`. \`maxSeconds\`, \`maxConnections\` and \
\`singleUse\` are counted by a room: name exactly one.`,
    access: { kind: "apiKey" },
    body: {
      json: "TokenRequest",
      examples: {
        viewer: { scopes: ["captions:view"], room: "demo" },
        publisher: { scopes: ["captions:publish"], room: "demo", ttl: 600, maxSeconds: 7_200 },
        speech: { scopes: ["speak"], maxChars: 10_000 },
        ticket: { scopes: ["captions:view"], room: "demo", singleUse: true },
      },
    },
    answers: {
      200: {
        description: "The token.",
        headers: ["cache-control"],
        content: {
          "application/json": {
            kind: "json",
            schema: "Minted",
            example: {
              token: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…",
              id: "7e0f1b1c-2f0a-4c8e-9a52-6f8f4c1d2e3b",
              expiresAt: 1_763_675_000_000,
            },
          },
        },
      },
    },
    errors: ["scope_missing"],
  },
  {
    id: "revoke",
    method: "post",
    path: "/v1/revocations",
    tag: "Tokens",
    summary: "Revoke tokens",
    description: `What was issued until now is refused from the answer on, and every socket that was opened with it is \
closed with \`token_revoked\`. The answer takes up to ${timing.standingLeaseMs / 1_000} seconds, because it comes when that is so.

At most ${limits.revokedTokensMax} tokens are revoked one by one at a time (\`rate_limited\`): revoke a room, or all.`,
    access: { kind: "apiKey" },
    body: {
      json: "Revocation",
      examples: {
        all: { all: true },
        room: { room: "demo" },
        token: { token: "7e0f1b1c-2f0a-4c8e-9a52-6f8f4c1d2e3b" },
      },
    },
    answers: {
      200: {
        description: "It is so everywhere.",
        headers: ["cache-control"],
        content: {
          "application/json": {
            kind: "json",
            schema: "Revoked",
            example: { revokedAt: 1_763_675_000_000, rooms: 3, pending: 0 },
          },
        },
      },
      202: {
        description: "Some rooms could not be told yet (`pending`). They will be told again and again.",
        headers: ["cache-control"],
        content: { "application/json": { kind: "json", schema: "Revoked" } },
      },
    },
  },
  {
    id: "grantSpeech",
    method: "post",
    path: "/v1/auth/grant",
    tag: "Tokens",
    summary: "Make a token for speech, in Deepgram's shape",
    description:
      "A token with the scope `speak`, asked for and answered as Deepgram does it, so that its clients pointed here just work.",
    access: { kind: "apiKey" },
    body: { required: false, json: "GrantRequest", examples: { minute: { ttl_seconds: 60 } } },
    answers: {
      200: {
        description: "The token.",
        headers: ["cache-control"],
        content: { "application/json": { kind: "json", schema: "GrantAnswer", example: made } },
      },
    },
    refusesLike: "deepgram",
  },
  {
    id: "grantProvider",
    method: "post",
    path: "/v1/provider/grant",
    tag: "Tokens",
    summary: "Get a grant of the speech provider's own",
    description:
      "For clients that must talk to the provider directly. Neither a revocation nor a cap of ours reaches such a grant: keep its life short.",
    access: { kind: "token", scopes: ["provider"] },
    body: { required: false, json: "GrantRequest", examples: { short: { ttl_seconds: 30 } } },
    answers: {
      200: {
        description: "The provider's grant.",
        headers: ["cache-control"],
        content: { "application/json": { kind: "json", schema: "GrantAnswer", example: made } },
      },
    },
    errors: ["provider_refused", "provider_unavailable"],
    refusesLike: "deepgram",
  },
];
