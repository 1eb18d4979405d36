import type { Begun } from "./attempt.ts";

/** What has happened of a request so far. Characters are the provider's: code points. */
export class Tally {
  chunksAsked = 0;
  chunksSpoken = 0;
  chunksDelivered = 0;
  chunksFromCache = 0;
  tries = 0;
  /** What the provider was asked to speak, each try of it: what it may charge for. */
  charactersAsked = 0;
  /** Of chunks whose audio has come to its end. */
  charactersSpoken = 0;
  /** Of chunks whose audio the client has taken to its end. */
  charactersDelivered = 0;
  bytesDelivered = 0;
  readonly providerRequestIds: string[] = [];

  answered({ headers, cache }: Pick<Begun, "headers" | "cache">, characters: number): void {
    if (cache === "hit") {
      this.chunksFromCache += 1;
      this.charactersAsked -= characters;
      return;
    }
    const id = headers.get("dg-request-id");
    if (id !== null) this.providerRequestIds.push(id.slice(0, 64));
  }

  delivered({ size }: { readonly size: number }): void {
    this.chunksDelivered += 1;
    this.charactersDelivered += size;
  }
}
