import { CaptionwireError } from "../../shared/errors.ts";
import { memberHeader, passHeader } from "../paths.ts";
import type { SigningKeys } from "../tokens/signing-keys.ts";
import { readPath } from "./address.ts";
import { type Bearer, checkVoucher, voucherHeader } from "./voucher.ts";

/** Somebody for whom the edge has vouched. */
export type Arrival = {
  /** The room's object, `{tenant}/{room}`. */
  readonly name: string;
  /** What is asked of it, as of a Durable Object: on `https://room`, a path of `roomPaths`, with the internal headers. */
  readonly request: Request;
};

/** What a room reads of a request besides who comes. */
const passedOn = ["if-none-match", "sec-websocket-protocol", "upgrade"];

/**
 * What has come to a host of rooms that is not beside the edge Worker, at `/parties/captions/{id}…`: who comes is what its
 * voucher says, and whatever else a stranger may have said of that is dropped. Nothing is read of the body.
 *
 * Throws `not_found` for what is no room's address, `unauthenticated` without a voucher, `token_invalid` with one that is not
 * good for just this.
 */
export async function arrivalOf(request: Request, keys: SigningKeys): Promise<Arrival> {
  const { pathname, search } = new URL(request.url);
  const address = readPath(pathname);
  if (address === null) throw new CaptionwireError("not_found");
  const { name, path } = address;
  const errand = { audience: "captionwire room", name, method: request.method, path } as const;
  const bearer = await checkVoucher(request.headers.get(voucherHeader), errand, keys);
  const headers = new Headers(headersOf(bearer));
  for (const header of passedOn) {
    const value = request.headers.get(header);
    if (value !== null) headers.set(header, value);
  }
  // In two steps: for the body of a request alone a runtime need not be told how it comes.
  const moved = new Request(`https://room${path}${search}`, request);
  return { name, request: new Request(moved, { headers }) };
}

function headersOf(bearer: Bearer): Record<string, string> {
  switch (bearer.kind) {
    case "member":
      return { [memberHeader]: JSON.stringify(bearer.member) };
    case "visitor":
      return { [passHeader]: JSON.stringify(bearer.pass) };
    case "house":
      return {};
    default:
      return bearer satisfies never;
  }
}
