import type { Operation } from "../operation.ts";
import { ifNoneMatch } from "../parameters.ts";

export const service: readonly Operation[] = [
  {
    id: "health",
    method: "get",
    path: "/healthz",
    tag: "Service",
    summary: "Whether the service answers",
    description:
      "Good while the Worker runs and has its settings. Asks neither rooms nor the speech provider.",
    access: { kind: "anybody" },
    answers: {
      200: {
        description: "It does.",
        content: { "application/json": { kind: "json", schema: "Health", example: { ok: true } } },
      },
    },
  },
  {
    id: "describe",
    method: "get",
    path: "/openapi.json",
    tag: "Service",
    summary: "This description",
    description:
      "OpenAPI 3.1, made from the schemas by which the service itself reads and writes. Every page may read it.",
    access: { kind: "anybody" },
    parameters: [ifNoneMatch],
    answers: {
      200: {
        description: "The description. Its `servers` is the address at which you asked.",
        headers: ["etag", "cache-control"],
        content: { "application/json": { kind: "object" } },
      },
      304: { description: "What you hold is still good.", headers: ["etag"] },
    },
  },
];
