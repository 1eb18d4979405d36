import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { closeDirections } from "../../shared/direction.ts";
import { plain } from "../../shared/export/plain.ts";
import { app } from "../../workers/app.ts";
import { injections } from "../support/injections.ts";
import { forge, mint, request, tokenFor } from "../support/runtime-client.ts";
import { storeTexts, storeWords } from "../support/runtime-stored.ts";

type Page = { readonly status: number; readonly text: string; readonly headers: Headers };

async function read(path: string, headers: Record<string, string> = {}): Promise<Page> {
  const answer = await request(path, { headers, redirect: "manual" });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** As a Worker answers that has other variables. */
async function readFrom(
  variables: Readonly<Record<string, string>>,
  path: string,
  headers: Record<string, string> = {},
): Promise<Page> {
  const context = createExecutionContext();
  const asked = new Request(`http://captionwire.test${path}`, { headers, redirect: "manual" });
  const answer = await app.fetch(asked, { ...env, ...variables }, context);
  await waitOnExecutionContext(context);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** Variables of a Worker that is being repaired. */
const broken = { API_KEYS: "none" };

async function set(room: string, settings: object): Promise<void> {
  const token = await tokenFor(["rooms:admin"], room);
  const answer = await request(`/v1/rooms/${room}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(settings),
  });
  expect(answer.status).toBe(200);
}

const open = (room: string, language?: string) =>
  set(room, { public: true, ...(language === undefined ? {} : { language }) });

/** As a browser reads them. */
function unescaped(text: string): string {
  const characters: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => characters[name] ?? "");
}

const captionsIn = ({ text }: Page) =>
  [...text.matchAll(/<p class="(?:speech|gap)"[^>]*>([^<]*)<\/p>/g)].map(([, caption = ""]) =>
    unescaped(caption),
  );
const linkIn = ({ text }: Page, words: string) =>
  unescaped(new RegExp(`<a[^>]*href="([^"]*)"[^>]*>${words}`).exec(text)?.[1] ?? "");
const refreshIn = ({ text }: Page) =>
  unescaped(/<meta http-equiv="refresh" content="([^"]*)">/.exec(text)?.[1] ?? "");
const stored = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `stored${from + index}.`);
/** Of a caption that was stored, in an address. */
const place = (index: number) => `000000001-stored.${index * 1_000}.${index}`;
const told = ({ text }: Page) => unescaped(/<p role="alert">([^<]*)<\/p>/.exec(text)?.[1] ?? "");

describe("the plain page of a public room", () => {
  it("is whole without script, and may be kept by nobody", async () => {
    await storeWords("plain-open", 3);
    await open("plain-open", "de");
    const page = await read("/plain/plain-open");
    expect(page.status).toBe(200);
    expect(captionsIn(page)).toEqual(stored(0, 3));
    expect(page.text).toContain('<div id="captions" lang="de">');
    expect(page.text).toContain("The broadcast has ended.");
    expect(page.text).not.toContain('http-equiv="refresh"');
    expect(page.text).not.toMatch(/aria-live|role="log"/);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      "content-type": "text/html; charset=UTF-8",
      "cache-control": "private, no-store",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    });
    const policy = page.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain(
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    for (const file of ["/plain.css", "/plain.js", "/icon.svg"]) {
      expect(page.text).toContain(`"${file}"`);
      expect((await read(file)).status).toBe(200);
    }
  });

  it("does not take a word of the provider's for a language", async () => {
    await storeWords("plain-multi", 1);
    await open("plain-multi", "multi");
    expect((await read("/plain/plain-multi")).text).toContain('<div id="captions" lang="">');
  });

  it("shows the newest hundred, and leads back to the first and on to the last", async () => {
    await storeWords("plain-long", 750);
    await open("plain-long");
    const newest = await read("/plain/plain-long?refresh=10&times=off");
    expect(captionsIn(newest)).toEqual(stored(650, 750));
    const shown = [captionsIn(newest)];
    let page = newest;
    while (linkIn(page, "Earlier captions") !== "") {
      page = await read(linkIn(page, "Earlier captions"));
      expect(refreshIn(page)).toBe("");
      shown.unshift(captionsIn(page));
    }
    expect(shown.flat()).toEqual(stored(0, 750));
    expect(linkIn(page, "Newest captions")).toBe("/plain/plain-long?refresh=10");

    // And on again from the first ones, of which the room's snapshot does not tell.
    const readOn = captionsIn(page);
    while (readOn.length < 750) {
      const on = await read(linkIn(page, "Read on"));
      const from = readOn.length;
      const to = Math.min(from + 100, 750);
      expect(captionsIn(on)).toEqual(stored(Math.max(0, from - 100), to));
      expect(on.text).toContain(`id="new" tabindex="-1">stored${from}.`);
      expect(on.text.includes("There is more.")).toBe(to < 750);
      readOn.push(...stored(from, to));
      page = on;
    }
  });

  it("goes on where the reader was, at another address each time", async () => {
    await storeWords("plain-on", 2);
    await open("plain-on");
    const first = await read("/plain/plain-on?refresh=waiting");
    // It refreshes itself once all is read: no script lets it grow.
    expect([refreshIn(first), first.text.includes("<script")]).toEqual(["", false]);
    const address = linkIn(first, "Read on");
    expect(address).toBe(`/plain/plain-on?after=${place(1)}&refresh=waiting&step=1#new`);
    const second = await read(address);
    expect(captionsIn(second)).toEqual(stored(0, 2));
    expect(second.text).toMatch(/<p id="new"[^>]*><span class="told">Nothing new yet\. <\/span>/);
    expect(refreshIn(second)).toBe(`5; url=/plain/plain-on?after=${place(1)}&refresh=waiting&step=2#new`);
  });

  it("goes on behind the last one read, though an operator has removed it", async () => {
    await storeWords("plain-gone", 4);
    await open("plain-gone");
    const token = await tokenFor(["captions:edit"], "plain-gone");
    const removed = await request("/v1/rooms/plain-gone/captions/1", {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ text: "" }),
    });
    expect(removed.status).toBe(204);
    const on = await read(`/plain/plain-gone?after=${place(1)}`);
    expect(captionsIn(on)).toEqual(["stored0.", "stored2.", "stored3."]);
    expect(on.text).toContain('id="new" tabindex="-1">stored2.');
    const back = await read(`/plain/plain-gone?before=${place(1)}`);
    expect(captionsIn(back)).toEqual(["stored0."]);
  });

  it("gives its script what is new alone, and links as ever", async () => {
    const page = await read(`/plain/plain-gone?after=${place(0)}&only=new`);
    expect(captionsIn(page)).toEqual(["stored2.", "stored3."]);
    expect(page.text).not.toContain("only=");
  });

  it("stays where the reader was while nothing is left", async () => {
    await open("plain-purged");
    const page = await read(`/plain/plain-purged?after=${place(7)}`);
    expect(linkIn(page, "Read on")).toBe(`/plain/plain-purged?after=${place(7)}&step=1#new`);
  });

  it("tells times of day when asked, with the zone", async () => {
    await storeTexts("plain-times", ["Noon."], () => Date.UTC(2026, 6, 1, 12, 5));
    // Kept for as long as may be, so that this test does not depend on today.
    await set("plain-times", { public: true, retentionHours: 24 * 365 });
    const page = await read("/plain/plain-times?times=on");
    expect(page.text).toContain('<time datetime="2026-07-01T12:05:00.000Z">12:05</time> Noon.');
    expect(page.text).toContain("on (UTC) (chosen)");
  });

  it("says what is being waited for", async () => {
    await open("plain-empty");
    const page = await read("/plain/plain-empty?refresh=30");
    expect(page.text).toContain("Waiting for the broadcast to begin.");
    expect(refreshIn(page)).toMatch(/^30; url=\/plain\/plain-empty\?refresh=30&step=1#new$/);
    expect(captionsIn(page)).toEqual([]);
  });

  it("shows as text whatever was said", async () => {
    const texts = injections.map(({ text }) => text);
    await storeTexts("plain-injected", texts);
    await open("plain-injected");
    const page = await read("/plain/plain-injected");
    expect(captionsIn(page)).toEqual(texts.map((text) => closeDirections(plain(text))));
    const markup = page.text.replaceAll(/<p class="speech"[^>]*>[^<]*<\/p>/g, "");
    const usual = (await read("/plain/plain-empty")).text;
    const tags = (text: string) => text.match(/<[a-z]+/g);
    expect(tags(markup)).toEqual(tags(usual));
  });

  it.each(["/plain/plain-open?refresh=", "/plain/plain-open?tenant=tests&after="])(
    "repeats nothing of an address that is not its own: %s",
    async (path) => {
      const page = await read(`${path}${encodeURIComponent('"><script>alert(1)</script>')}`);
      expect(page.status).toBe(200);
      expect(page.text).not.toContain("<script>");
    },
  );
});

describe("the plain page of a private room", () => {
  const room = "plain-private";
  const ticketFor = async (name = room, more: object = {}): Promise<string> => {
    const answer = await mint({ scopes: ["captions:view"], room: name, singleUse: true, ttl: 60, ...more });
    expect(answer.status).toBe(200);
    return (await answer.json<{ token: string }>()).token;
  };
  const exchanged = async (path: string, headers: Record<string, string> = {}) => {
    const page = await read(path, headers);
    const cookie = page.headers.get("set-cookie") ?? "";
    return { ...page, cookie, sent: cookie.split(";")[0] ?? "" };
  };
  const cookieWith = async (changes: Parameters<typeof forge>[0] = {}) => {
    const claims = { aud: "captionwire plain page", scope: "captions:view", room, jti: crypto.randomUUID() };
    const iat = Date.now() / 1_000;
    return `reader-tests=${await forge({ ...changes, claims: { ...claims, iat, ...changes.claims } })}`;
  };

  it("opens with a ticket once, and then with a cookie that no script sees", async () => {
    await storeWords(room, 2);
    const ticket = await ticketFor();
    const path = `/plain/${room}?refresh=10&ticket=${ticket}`;
    const first = await exchanged(path);
    expect([first.status, first.headers.get("location")]).toEqual([303, `/plain/${room}?refresh=10`]);
    expect(first.headers.get("cache-control")).toBe("private, no-store");
    expect(first.cookie.split("; ").slice(1).sort()).toEqual([
      "HttpOnly",
      `Path=/plain/${room}`,
      "SameSite=Lax",
    ]);
    expect(first.cookie).not.toContain(ticket);
    const page = await read(`/plain/${room}`, { cookie: first.sent });
    expect([page.status, captionsIn(page)]).toEqual([200, stored(0, 2)]);

    const again = await read(path);
    expect([again.status, told(again)]).toEqual([409, "This link has expired. Ask for a new one."]);
    expect(again.headers.has("set-cookie")).toBe(false);
    expect(again.headers.get("cache-control")).toBe("private, no-store");
    expect(again.text).not.toContain(ticket);
  });

  it("keeps its cookie to https where it came by it", async () => {
    const answer = await request(`/plain/${room}`);
    expect(answer.status).toBe(401);
    await answer.body?.cancel();
    const { cookie } = await overHttps(await ticketFor());
    expect(cookie).toMatch(/^__Secure-reader-tests=.*; Secure/);
  });

  async function overHttps(ticket: string) {
    const { exports } = await import("cloudflare:workers");
    const answer = await exports.default.fetch(
      new Request(`https://captionwire.test/plain/${room}?ticket=${ticket}`, { redirect: "manual" }),
    );
    await answer.body?.cancel();
    return { cookie: answer.headers.get("set-cookie") ?? "" };
  }

  it("waits with a reader who is early, whose ticket is spent in a room that is made for it", async () => {
    const early = "plain-early";
    const { status, sent } = await exchanged(`/plain/${early}?ticket=${await ticketFor(early)}`);
    expect(status).toBe(303);
    const page = await read(`/plain/${early}`, { cookie: sent });
    expect(page.text).toContain("Waiting for the broadcast to begin.");
    const never = await read("/plain/plain-never", {
      cookie: await cookieWith({ claims: { room: "plain-never" } }),
    });
    expect([never.status, never.text.includes("Waiting for the broadcast to begin.")]).toEqual([200, true]);
  });

  it("comes in with one of many that race with one ticket", async () => {
    const path = `/plain/${room}?ticket=${await ticketFor()}`;
    const outcomes = await Promise.all(Array.from({ length: 20 }, async () => (await read(path)).status));
    expect(outcomes.sort()).toEqual([303, ...Array.from({ length: 19 }, () => 409)]);
  });

  it("spends no ticket for what only looks", async () => {
    const path = `/plain/${room}?ticket=${await ticketFor()}`;
    expect((await request(path, { method: "HEAD" })).status).toBe(204);
    expect((await read(path, { "sec-purpose": "prefetch;prerender" })).status).toBe(204);
    expect((await read(path)).status).toBe(303);
  });

  it("keeps a ticket that was not spent, where trying again may help", async () => {
    const ticket = await ticketFor();
    const path = `/plain/${room}?refresh=10&ticket=${ticket}`;
    const refused = await readFrom(broken, path);
    expect([refused.status, refused.headers.has("set-cookie")]).toEqual([503, false]);
    expect(linkIn(refused, "Try again")).toBe(path);
    expect(refreshIn(refused)).toBe(`30; url=${path}`);
    expect((await read(linkIn(refused, "Try again"))).status).toBe(303);
  });

  it("writes a ticket into an address as nothing else", async () => {
    const ticket = '"><script>&x=1;url=//evil.example';
    const page = await readFrom(broken, `/plain/${room}?ticket=${encodeURIComponent(ticket)}`);
    expect(page.text).not.toContain("<script>");
    const again = new URL(linkIn(page, "Try again"), "http://captionwire.test");
    expect([again.pathname, ...again.searchParams]).toEqual([`/plain/${room}`, ["ticket", ticket]]);
  });

  it.each([
    ["of another room", () => ticketFor("plain-other"), 403, "The token is for another room."],
    [
      "for another page",
      () => ticketFor(room, { origin: "https://www.acme.example" }),
      403,
      "another origin",
    ],
    ["to publish", () => mintText(["captions:publish"]), 403, "The token lacks the scope captions:view."],
    ["good more than once", () => tokenFor(["captions:view"], room), 401, "Only a single-use token"],
    ["that is none", () => Promise.resolve("none"), 401, "The token is not valid here."],
    [
      "that has ended",
      () => forge({ claims: { room, single_use: true }, expiresInSeconds: -60 }),
      401,
      "expired",
    ],
  ])("refuses a ticket %s", async (_, ticket, status, words) => {
    const page = await exchanged(`/plain/${room}?ticket=${await ticket()}`);
    expect([page.status, page.cookie]).toEqual([status, ""]);
    expect(told(page)).toContain(words);
  });

  async function mintText(scopes: readonly string[]): Promise<string> {
    const answer = await mint({ scopes, room, singleUse: true });
    return (await answer.json<{ token: string }>()).token;
  }

  it("takes a ticket for pages of its own origin", async () => {
    const ticket = await ticketFor(room, { origin: "http://captionwire.test" });
    expect((await read(`/plain/${room}?ticket=${ticket}`)).status).toBe(303);
  });

  describe("where the Worker serves several tenants", () => {
    const several = {
      API_KEYS: JSON.stringify(
        ["tests", "acme"].map((tenant) => ({ name: tenant, tenant, sha256: "0".repeat(64) })),
      ),
    };
    const shared = "plain-shared";
    const claims = (sub: string) => ({ sub, room: shared, scope: "captions:view", jti: crypto.randomUUID() });
    const exchangedOf = async (tenant: string, query = "") => {
      const ticket = await forge({ claims: { ...claims(tenant), single_use: true } });
      const page = await readFrom(several, `/plain/${shared}?${query}ticket=${ticket}`);
      const sent = page.headers.get("set-cookie")?.split(";")[0] ?? "";
      return { location: page.headers.get("location"), sent };
    };
    const shown = async (query: string, cookie: string) => {
      const page = await readFrom(several, `/plain/${shared}${query}`, { cookie });
      return [page.status, captionsIn(page)];
    };

    it("opens the room of the tenant whose ticket it was, and no other's under its address", async () => {
      await storeWords(shared, 2);
      const acme = await exchangedOf("acme", "tenant=tests&");
      expect(acme.location).toBe(`/plain/${shared}?tenant=acme`);
      const tests = await exchangedOf("tests");
      expect(tests.location).toBe(`/plain/${shared}?tenant=tests`);
      // As a browser sends both, whichever came first.
      for (const both of [`${acme.sent}; ${tests.sent}`, `${tests.sent}; ${acme.sent}`]) {
        expect(await shown("?tenant=acme", both)).toEqual([200, []]);
        expect(await shown("?tenant=tests", both)).toEqual([200, stored(0, 2)]);
        expect(await shown("", both)).toEqual([401, []]);
      }
      expect(await shown("?tenant=tests", acme.sent)).toEqual([401, []]);
      await open(shared);
      expect(await shown("?tenant=tests", acme.sent)).toEqual([200, stored(0, 2)]);
    });

    it("does not believe the name of a cookie", async () => {
      const { sent } = await exchangedOf("acme");
      const renamed = sent.replace("reader-acme", "reader-tests");
      await set(shared, { public: false });
      const page = await readFrom(several, `/plain/${shared}?tenant=tests`, { cookie: renamed });
      expect([page.status, told(page)]).toEqual([401, "The token is not valid here."]);
    });
  });

  it("takes a good cookie and refuses every other", async () => {
    expect((await read(`/plain/${room}`, { cookie: await cookieWith() })).status).toBe(200);
    const bad = {
      "The token is not valid here.": [
        await cookieWith({ secret: "another-secret-which-is-long-enough-too" }),
        await cookieWith({ claims: { aud: "captionwire" } }),
        "reader-tests=none",
      ],
      "The token is for another room.": [await cookieWith({ claims: { room: "plain-other" } })],
      "The token lacks the scope captions:view.": [await cookieWith({ claims: { scope: "speak" } })],
      "This link has expired. Ask for a new one.": [await cookieWith({ expiresInSeconds: -60 })],
      "This page needs a link with a token. Ask for one.": ["", "other=1"],
    };
    for (const [words, cookies] of Object.entries(bad)) {
      for (const cookie of cookies) {
        const page = await read(`/plain/${room}`, { cookie });
        expect([told(page), page.status]).toEqual([
          words,
          words.includes("room") || words.includes("scope") ? 403 : 401,
        ]);
        expect(captionsIn(page)).toEqual([]);
      }
    }
  });

  it("lets a cookie that has ended not stand in the way of a public room", async () => {
    const cookie = await cookieWith({ claims: { room: "plain-open" }, expiresInSeconds: -60 });
    expect((await read("/plain/plain-open", { cookie })).status).toBe(200);
  });

  it("gives no cookie that the interface takes, in whatever place", async () => {
    const { sent } = await exchanged(`/plain/${room}?ticket=${await ticketFor()}`);
    const value = sent.slice("reader-tests=".length);
    const ask = async (headers: Record<string, string>) => {
      const answer = await request(`/v1/rooms/${room}/captions`, { headers });
      return [answer.status, (await answer.json<{ code: string }>()).code];
    };
    expect(await ask({ cookie: sent })).toEqual([401, "unauthenticated"]);
    expect(await ask({ authorization: `Bearer ${value}` })).toEqual([401, "token_invalid"]);
    // Nor the other way round, whichever was seen first.
    const api = await tokenFor(["captions:view"], room);
    expect((await request(`/v1/rooms/${room}`, { headers: { authorization: `Bearer ${api}` } })).status).toBe(
      200,
    );
    expect((await read(`/plain/${room}`, { cookie: `reader-tests=${api}` })).status).toBe(401);
    expect((await read(`/plain/${room}`, { cookie: sent })).status).toBe(200);
  });

  it.each([
    ["the ticket", (id: string) => ({ token: id })],
    ["the room", () => ({ room })],
  ])("ends when %s is revoked", async (_, target) => {
    const answer = await mint({ scopes: ["captions:view"], room, singleUse: true });
    const { token, id } = await answer.json<{ token: string; id: string }>();
    const { sent } = await exchanged(`/plain/${room}?ticket=${token}`);
    expect((await read(`/plain/${room}`, { cookie: sent })).status).toBe(200);
    const revoked = await request("/v1/revocations", {
      method: "POST",
      headers: { authorization: "Bearer api-key-of-the-tests", "content-type": "application/json" },
      body: JSON.stringify(target(id)),
    });
    expect(revoked.status).toBe(200);
    const page = await read(`/plain/${room}`, { cookie: sent });
    expect([page.status, told(page)]).toEqual([401, "This link was withdrawn. Ask for a new one."]);
  });

  it("tells nobody whether it exists", async () => {
    const [there, nowhere] = [await read(`/plain/${room}`), await read("/plain/plain-nowhere")];
    expect(there.status).toBe(401);
    expect([nowhere.status, nowhere.text]).toEqual([there.status, there.text]);
  });
});

describe("the plain page on a laptop", () => {
  const local = async (headers: Record<string, string>, host = "127.0.0.1:8787") => {
    const { exports } = await import("cloudflare:workers");
    const answer = await exports.default.fetch(
      new Request(`http://${host}/plain/plain-local`, { headers: { host, ...headers } }),
    );
    await answer.body?.cancel();
    return answer.status;
  };

  it("just works for whoever types its address or comes from a page of ours", async () => {
    expect(await local({ "sec-fetch-site": "none" })).toBe(200);
    expect(await local({ "sec-fetch-site": "same-origin" })).toBe(200);
  });

  it.each([
    ["another site's link", { "sec-fetch-site": "cross-site" }, undefined],
    ["another port's link", { "sec-fetch-site": "same-site" }, undefined],
    ["a browser that does not say", {}, undefined],
    ["a name bound to the laptop", { "sec-fetch-site": "none" }, "rebound.example:8787"],
  ])("needs a link for %s", async (_, headers, host) => {
    expect(await local(headers, host)).toBe(401);
  });
});

describe("what the plain page cannot do", () => {
  it.each([
    ["/plain/Not-A-Room", 400],
    ["/plain/plain-open/more", 404],
    ["/plain/plain-open?tenant=nobody", 401],
  ])("is told in words: %s", async (path, status) => {
    const page = await read(path);
    expect([page.status, page.headers.get("content-type")]).toEqual([status, "text/html; charset=UTF-8"]);
    expect(told(page)).not.toBe("");
    expect(page.headers.get("cache-control")).toBe("private, no-store");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  });
});
