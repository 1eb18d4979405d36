import fc from "fast-check";
import { bodyOf, framing } from "./bodies.ts";
import type { Header, RequestCase } from "./case.ts";
import { credentialFor } from "./credentials.ts";
import { authorization, contentTypes, extras } from "./headers.ts";
import { writtenOddly } from "./paths.ts";
import { type Route, routes } from "./targets.ts";

const anyMethod = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") },
  { weight: 1, arbitrary: fc.constantFrom("TRACE", "PROPFIND", "QUERY", "BREW", "get", "G\u00c9T") },
);

function requestTo(route: Route): fc.Arbitrary<RequestCase> {
  return fc
    .record({
      method: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...route.methods) },
        { weight: 1, arbitrary: anyMethod },
      ),
      path: route.path.chain(writtenOddly),
      query: route.query,
      credential: credentialFor(route.fits),
      shown: authorization,
      type: contentTypes,
      more: extras,
      body: bodyOf(route.name),
      framing,
    })
    .map(({ method, path, query, credential, shown, type, more, body, framing }): RequestCase => {
      const headers: Header[] = [
        ...(credential.kind === "none" ? [] : shown),
        ...(body === null ? [] : type),
        ...more,
      ];
      const target = query === "" ? path : `${path}?${query}`;
      return { kind: "request", method, target, credential, headers, body, framing };
    });
}

/** A request to each route as often as to any other, but more to those with more to go wrong. */
export const requestCase: fc.Arbitrary<RequestCase> = fc.oneof(
  ...routes.map((route) => ({
    weight: route.name === "speak" || route.name === "captions" || route.name === "tokens" ? 3 : 2,
    arbitrary: requestTo(route),
  })),
);
