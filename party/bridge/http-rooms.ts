import { CaptionwireError } from "../../shared/errors.ts";
import { subprotocol } from "../../shared/protocol.ts";
import { memberIn, passIn } from "../callers.ts";
import { refused } from "../host/refused.ts";
import { memberHeader, passHeader } from "../paths.ts";
import type { SigningKeys } from "../tokens/signing-keys.ts";
import { pathOf } from "./address.ts";
import { askAcross } from "./ask.ts";
import { type Bearer, makeVoucher, voucherHeader } from "./voucher.ts";

/** A room as the edge and its tenant ask it: a Durable Object, or one at an address, which never throws but what the caller gave up. */
export type RoomStub = { fetch(url: string, init?: RequestInit): Promise<Response> };

/**
 * A room at a host of rooms, asked as a Durable Object is: on `https://room`, a path of `roomPaths`, with the internal headers,
 * which become a voucher. A host that is not there, or is no host of ours, refuses as a room would; see `askAcross`.
 *
 * @param base where the host is, `ROOMS_URL`
 * @param name of the room's object, `{tenant}/{room}`
 */
export function roomAt(base: string, name: string, keys: SigningKeys): RoomStub {
  return {
    async fetch(url, init) {
      try {
        return await ask(base, name, keys, new URL(url), init);
      } catch (error) {
        if (error instanceof CaptionwireError) return refused(error);
        throw error;
      }
    },
  };
}

async function ask(
  base: string,
  name: string,
  keys: SigningKeys,
  { pathname: path, search }: URL,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  const errand = { audience: "captionwire room", name, method: init.method ?? "GET", path } as const;
  const voucher = await makeVoucher(errand, bearerIn(new Request("https://room", { headers })), keys);
  headers.delete(memberHeader);
  headers.delete(passHeader);
  headers.set(voucherHeader, voucher);
  try {
    const answer = await askAcross(`${base}${pathOf({ name, path })}${search}`, { ...init, headers }, log);
    return headers.has("upgrade") ? await upgraded(answer, headers) : answer;
  } catch (error) {
    // The voucher is ours and nobody else's.
    if (!(error instanceof CaptionwireError) || error.code !== "token_invalid") throw error;
    log("another TOKEN_SECRET");
    throw new CaptionwireError("not_configured");
  }
}

function bearerIn(request: Request): Bearer {
  if (request.headers.has(memberHeader)) return { kind: "member", member: memberIn(request) };
  const pass = passIn(request);
  return pass === null ? { kind: "house" } : { kind: "visitor", pass };
}

/** Only the socket is passed on, and the subprotocol that was offered, which not every host answers with. */
async function upgraded({ webSocket, body }: Response, asked: Headers): Promise<Response> {
  if (webSocket === null) {
    await body?.cancel();
    log("no upgrade");
    throw new CaptionwireError("internal");
  }
  const headers = asked.has("sec-websocket-protocol") ? { "sec-websocket-protocol": subprotocol } : undefined;
  return new Response(null, { status: 101, webSocket, headers });
}

/** @param what by name: never what was asked for, nor by whom */
function log(what: string): void {
  console.error({ event: "rooms_unreachable", what });
}
