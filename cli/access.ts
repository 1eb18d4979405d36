import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { TokenSource } from "../client/index.ts";
import type { TokenRequest } from "../shared/claims.ts";
import { CaptionwireError, isErrorCode } from "../shared/errors.ts";
import { HealthSchema } from "../shared/health.ts";
import { ask, mintToken, RefusedError, readJson } from "./api.ts";
import { UsageError, UserError } from "./errors.ts";
import { localFolder } from "./paths.ts";
import { readLocal } from "./stack/local.ts";

/** Options of every command that talks to a service. On a command line secrets can be seen by others; variables cannot. */
export const urlOption = new Option("--url <url>", "the service (CAPTIONWIRE_URL)").argParser(urlIn);
export const apiKeyOption = new Option(
  "--api-key <key>",
  "API key that mints the tokens (CAPTIONWIRE_API_KEY)",
).conflicts("token");
export const tokenOption = new Option("--token <token>", "a token, instead of a key (CAPTIONWIRE_TOKEN)");

export const accessHelp = `
Without --url and CAPTIONWIRE_URL, the service is the one that npm start runs here, with its key.
`;

export type GivenAccess = {
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly token?: string | undefined;
};

export type Credential =
  | { readonly kind: "api-key"; readonly apiKey: string }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "none" };

/** A service and what opens it. */
export type Access = { readonly url: string; readonly credential: Credential };

/**
 * The service that is meant: by options, else by the environment, else the one of this folder's `npm start`. The key of
 * the latter is given to nobody else. Throws a `UserError` that says what to do when there is none.
 */
export function findAccess(
  given: GivenAccess,
  env: NodeJS.ProcessEnv = process.env,
  folder = localFolder,
): Access {
  const local = readLocal(folder);
  const asked = given.url ?? (env.CAPTIONWIRE_URL ? urlOfEnvironment(env.CAPTIONWIRE_URL) : undefined);
  const url = asked ?? local?.url;
  if (url === undefined) {
    throw new UserError(
      "No Captionwire runs from this folder. Start one with npm start, or name another with --url or CAPTIONWIRE_URL.",
    );
  }
  const credential =
    credentialIn(given.apiKey, given.token) ??
    credentialIn(env.CAPTIONWIRE_API_KEY || undefined, env.CAPTIONWIRE_TOKEN || undefined) ??
    credentialIn(url === local?.url ? local.apiKey : undefined, undefined);
  return { url, credential: credential ?? { kind: "none" } };
}

function credentialIn(apiKey: string | undefined, token: string | undefined): Credential | null {
  if (apiKey !== undefined) return { kind: "api-key", apiKey };
  return token === undefined ? null : { kind: "token", token };
}

/** A token for this: made with the key, or the one that was given, whatever that is good for. */
export async function tokenFor({ url, credential }: Access, request: TokenRequest): Promise<string> {
  switch (credential.kind) {
    case "api-key":
      return mintToken({ url, apiKey: credential.apiKey }, request);
    case "token":
      return credential.token;
    case "none":
      throw new UserError(
        `What opens ${url}? Set CAPTIONWIRE_API_KEY or CAPTIONWIRE_TOKEN, or give --api-key or --token.`,
      );
  }
}

/**
 * Says at once what is wrong with the address or the key: a socket does not tell why it was not opened, and would only be
 * tried again. Throws a `UserError`.
 */
export async function checkFirst(access: Access, needed: TokenRequest): Promise<void> {
  if (access.credential.kind === "api-key") {
    await tokenFor(access, needed);
    return;
  }
  try {
    await readJson(await ask(`${access.url}/healthz`, {}), HealthSchema);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // A Captionwire that has no time now says the same to the socket, which then waits.
    if (error.code === null) throw new UserError(`${access.url} is no Captionwire: ${error.message}`);
  }
}

/** The same for a connection that comes back: a new token each time, and none after a refusal that will not change. */
export function tokenSource(access: Access, request: TokenRequest): TokenSource {
  const { credential } = access;
  if (credential.kind === "none") return null;
  if (credential.kind === "token") return credential.token;
  return async () => {
    try {
      return await tokenFor(access, request);
    } catch (error) {
      if (error instanceof RefusedError && error.code !== null && isErrorCode(error.code)) {
        throw new CaptionwireError(error.code, error.message);
      }
      throw error;
    }
  };
}

/** Asks the service, with a token for this. `path` begins with a slash. */
export async function request(
  access: Access,
  needed: TokenRequest,
  path: string,
  init: Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Response> {
  const token = await tokenFor(access, needed);
  return ask(`${access.url}${path}`, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${token}` },
  });
}

/** Reads the address of a service; anything else is a usage error. */
export function urlIn(text: string): string {
  const read = originOf(text);
  if ("problem" in read) throw new InvalidArgumentError(read.problem);
  return read.origin;
}

function urlOfEnvironment(text: string): string {
  const read = originOf(text);
  if ("problem" in read) throw new UsageError(`CAPTIONWIRE_URL is not right. ${read.problem}`);
  return read.origin;
}

/** The origin of an http(s) address. One with more behind it is refused: that would be left out without a word. */
function originOf(text: string): { readonly origin: string } | { readonly problem: string } {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { problem: "It takes an address such as https://captions.example.com." };
  }
  const { origin, href } = url;
  return href === `${origin}/`
    ? { origin }
    : { problem: `It takes the address of the service alone: ${origin}.` };
}
