import { CaptionwireError } from "../../shared/errors.ts";
import { refusalOf, refused } from "../host/refused.ts";
import { signingKeysOf } from "../tokens/signing-keys.ts";
import { type RoomAddress, readPath } from "./address.ts";
import { arrivalOf } from "./arrival.ts";

/**
 * Whoever the edge has vouched for, with the internal headers, still at the address by which a platform finds the room; anybody
 * else is refused, before there is a room or a socket. Never throws.
 *
 * @param env the variables: see `SigningKeysSchema`
 */
export async function vouchedFor(request: Request, env: object): Promise<Request | Response> {
  try {
    const arrival = await arrivalOf(request, signingKeysOf(env));
    return new Request(request.url, arrival.request);
  } catch (error) {
    return refused(refusalOf(error, "request_failed"));
  }
}

/** The same as a Durable Object is asked it, on `https://room`. */
export function atRoom(request: Request): Request {
  const { path } = addressIn(request.url);
  return new Request(`https://room${path}${new URL(request.url).search}`, request);
}

/** Of the room's object, `{tenant}/{room}`. */
export function nameIn(url: string): string {
  return addressIn(url).name;
}

/** Throws `not_found` for what is no room's address. */
function addressIn(url: string): RoomAddress {
  const address = readPath(new URL(url).pathname);
  if (address === null) throw new CaptionwireError("not_found");
  return address;
}
