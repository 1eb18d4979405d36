import { mintToken, type Service } from "../../../../cli/api.ts";
import { speak } from "../../../../cli/speech.ts";
import type { Target } from "../target.ts";
import { revocation } from "./revocation.ts";

/** Whatever answers at an address, with an API key of a tenant of its own: its voice speaks, its provider hears. */
export function deployedTarget(service: Service): Target {
  return {
    name: new URL(service.url).host,
    url: service.url,
    token: (request) => mintToken(service, request),
    speech: (text) => speak(service, text),
    // Providers take a little more than they are given by the clock.
    pace: 1.2,
    sameWords: 0.9,
    revoke: revocation(service),
    close: async () => {},
  };
}
