import type { Context } from "hono";
import { html } from "hono/html";
import { type CaptionwireError, errorTable, ruleOf } from "../../../shared/errors.ts";
import { closedInWords } from "../../../shared/words.ts";
import type { App } from "../../http/app.ts";
import { addressOf, askedIn } from "./asked.ts";
import { frame } from "./page.ts";
import { served } from "./served.ts";

/** A reader who let the page refresh itself is not left with a passing trouble; seconds. */
const comeBackSeconds = 30;

/** A refusal as a page in words, with its status. */
export function inWords(c: Context<App>, { code, message }: CaptionwireError): Promise<Response> {
  const { status, retry } = ruleOf(code);
  const room = c.req.path.split("/").at(-1) ?? "";
  const query = new URL(c.req.url).searchParams;
  const asked = askedIn(room, query);
  const address = again(addressOf(asked), query.get("ticket"));
  // A link that has ended does not become good again, whatever a client with a source of tokens may do.
  const willPass = retry && (status === 429 || status >= 500);
  const content = frame({
    title: "Captions",
    refresh: willPass && asked.refresh !== "off" ? { seconds: comeBackSeconds, address } : null,
    script: false,
    body: html`<main>
<h1>Captions</h1>
<p role="alert">${closedInWords(code, message)}</p>
${willPass ? html`<p><a href="${address}">Try again</a></p>` : ""}
</main>`,
  });
  return served(c, content, errorTable[code].status);
}

/** A ticket stays in the address for as long as it may still be good. */
function again(address: string, ticket: string | null): string {
  if (ticket === null) return address;
  const query = new URLSearchParams({ ticket });
  return `${address}${address.includes("?") ? "&" : "?"}${query}`;
}
