import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FloodLimits } from "../../cli/stack/worker.ts";
import { limits } from "../../shared/limits.ts";
import { inOnePeriod } from "../support/one-period.ts";
import { SpeakProvider } from "../support/speak-provider.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { type Answer, type Knocked, Stranger } from "../support/stranger.ts";

/** FLOOD_RATE in wrangler.toml: so many requests in 10 s. */
const deployedLimit = 1_000;

let provider: SpeakProvider;
let stack: TestStack;

function useWorker(floodLimits: FloodLimits): void {
  beforeAll(async () => {
    provider = await SpeakProvider.start();
    stack = await startStack({ engineUrl: provider.url, providerUrl: provider.url, floodLimits });
  });
  afterAll(async () => {
    await stack?.close();
    await provider?.close();
  });
}

/** Somebody at an address, for as long as the work takes. */
async function from<T>(address: string, work: (stranger: Stranger) => Promise<T>): Promise<T> {
  const stranger = new Stranger(stack.url, address);
  try {
    return await work(stranger);
  } finally {
    stranger.close();
  }
}

const path = "/v1/rooms/flooded/captions";

/** The status of each of so many requests, in the order of the numbers. */
function flood(stranger: Stranger, count: number): Promise<number[]> {
  const asked = Array.from({ length: count }, () => stranger.ask(path, { token: "no-token" }));
  return Promise.all(asked.map(async (answer) => (await answer).status));
}

async function leave(knocked: Knocked): Promise<void> {
  if (knocked.kind !== "opened") return;
  knocked.socket.close();
  await knocked.socket.closed();
}

const refusal = { status: 429, headers: { "retry-after": expect.stringMatching(/^[1-9]\d*$/) } };
const served = (answer: Answer): boolean => answer.status !== 429;

function codeOf({ text }: Answer): unknown {
  const body: unknown = JSON.parse(text);
  return typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
}

describe("with the limits as they are deployed", () => {
  useWorker("deployed");

  it("the rest of a flood reaches no room and no provider, and others are served meanwhile", async () => {
    const [admin, viewer, publisher, speaker] = await Promise.all([
      stack.token({ scopes: ["rooms:admin"], ttl: 600 }),
      stack.token({ scopes: ["captions:view"], ttl: 600 }),
      stack.token({ scopes: ["captions:publish"], ttl: 600 }),
      stack.token({ scopes: ["speak"], ttl: 600 }),
    ]);
    const speech = { method: "POST", token: speaker, body: { text: "Hello there." } };
    const seen = await inOnePeriod(10, async (attempt) => {
      const room = (name: string): string => `${name}-${attempt}`;
      const put = (name: string) => ({ path: `/v1/rooms/${room(name)}`, token: admin });
      provider.begin();
      const refused = await from("127.0.0.2", async (flooder) => {
        const before = await flood(flooder, deployedLimit);
        const { path: settings, token } = put("put");
        return {
          before,
          answers: [
            await flooder.ask(path, { token: viewer }),
            await flooder.ask(path, { token: "no-token" }),
            await flooder.ask(settings, { method: "PUT", token, body: {} }),
            await flooder.ask("/v1/tokens", {
              method: "POST",
              token: stack.apiKey,
              body: { scopes: ["speak"] },
            }),
            await flooder.ask(`/parties/captions/${room("viewed")}`, { token: viewer }),
            await flooder.ask("/v1/nowhere"),
            await flooder.ask(path, {
              method: "OPTIONS",
              headers: { origin: "http://localhost:1", "access-control-request-method": "GET" },
            }),
          ],
          speech: [await flooder.ask("/v1/speak", speech), await flooder.ask("/speak", speech)],
          upgrades: [
            await flooder.knock(room("viewed"), { token: viewer }),
            await flooder.knock(room("published"), { token: publisher, role: "publisher" }),
            await flooder.knock(room("viewed"), { token: "no-token" }),
          ],
        };
      });
      const asked = provider.asked.length;
      const other = await from("127.0.0.3", async (neighbour) => {
        const rooms = [];
        for (const name of ["put", "viewed", "published"]) {
          rooms.push(await neighbour.ask(put(name).path, { token: admin }));
        }
        const joined = await neighbour.knock(room("other"), { token: viewer });
        const first = joined.kind === "opened" ? await joined.socket.first() : joined.answer;
        await leave(joined);
        return { rooms, first, spoken: await neighbour.ask("/v1/speak", speech) };
      });
      return { refused, asked, other };
    });
    const { refused, asked, other } = seen;
    expect(refused.before).toEqual(Array(deployedLimit).fill(401));
    for (const answer of refused.answers) {
      expect(answer).toMatchObject(refusal);
      expect(codeOf(answer)).toBe("rate_limited");
    }
    for (const answer of refused.speech) expect(answer).toMatchObject(refusal);
    for (const knocked of refused.upgrades) {
      expect(knocked).toMatchObject({ kind: "refused", answer: refusal });
    }
    expect(asked).toBe(0);
    expect(other.rooms.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(other.first).toMatchObject({ type: "snapshot" });
    expect(other.spoken.status).toBe(200);
  });

  it("/v1/speak refuses in Deepgram's shape, as it refuses everything", async () => {
    const token = await stack.token({ scopes: ["speak"] });
    const answer = await inOnePeriod(10, () =>
      from("127.0.0.4", async (flooder) => {
        await flood(flooder, deployedLimit);
        return flooder.ask("/v1/speak", { method: "POST", token, body: { text: "Hello." } });
      }),
    );
    expect(answer).toMatchObject(refusal);
    expect(answer.headers["dg-error"]).toBeTypeOf("string");
    expect(JSON.parse(answer.text)).toMatchObject({ err_code: "TOO_MANY_REQUESTS", retryable: true });
  });
});

describe("with limits so small that they can be counted out", () => {
  const [flooding, perToken, speaking] = [40, 5, 3];
  useWorker({ FLOOD_RATE: flooding, TOKEN_RATE: perToken, SPEAK_RATE: speaking });

  /** Of so many requests, one after the other, each from the next of these addresses: how many were served. */
  async function servedOf(count: number, addresses: readonly string[]): Promise<number> {
    let sum = 0;
    for (let index = 0; index < count; index++) {
      const address = addresses[index % addresses.length] ?? "";
      if (served(await from(address, (stranger) => stranger.ask(path, { token: "no-token" })))) sum += 1;
    }
    return sum;
  }

  it.each<[string, readonly string[]]>([
    ["one of IPv4", ["203.0.113.7"]],
    ["one of IPv4, also as IPv6 writes it", ["203.0.113.8", "::ffff:203.0.113.8", "::FFFF:cb00:7108"]],
    [
      "those of one /64",
      ["2001:db8:1:2::1", "2001:db8:1:2:ffff:1:2:3", "2001:DB8:1:2:0::", "2001:db8:1:2::1"],
    ],
  ])("one counter for %s", async (_, addresses) => {
    expect(await inOnePeriod(10, () => servedOf(flooding + 10, addresses))).toBe(flooding);
  });

  it.each<[string, readonly string[]]>([
    ["two addresses of IPv4", ["203.0.113.9", "203.0.113.10"]],
    ["two /64s", ["2001:db8:2:2::1", "2001:db8:2:3::1"]],
    ["an IPv4 address and the /64 of its bytes", ["203.0.113.11", "cb00:710b::1"]],
  ])("each its own for %s", async (_, addresses) => {
    expect(await inOnePeriod(10, () => servedOf(2 * flooding + 10, addresses))).toBe(2 * flooding);
  });

  it("one token is good for so many requests to rooms and upgrades, wherever they come from", async () => {
    const { uses, knocked, other } = await inOnePeriod(60, async () => {
      const [token, another] = await Promise.all([
        stack.token({ scopes: ["captions:view"], room: "counted", ttl: 600 }),
        stack.token({ scopes: ["captions:view"], room: "counted", ttl: 600 }),
      ]);
      const joined = await from("198.51.100.1", (one) => one.knock("counted", { token }));
      await leave(joined);
      const answers = [];
      for (let index = 1; index < perToken + 2; index++) {
        const address = `198.51.100.${index}`;
        answers.push(await from(address, (one) => one.ask("/v1/rooms/counted/captions", { token })));
      }
      const refused = await from("198.51.100.50", (one) => one.knock("counted", { token }));
      if (refused.kind === "opened") await refused.socket.closed();
      const welcome = await from("198.51.100.1", (one) => one.knock("counted", { token: another }));
      if (welcome.kind === "opened") await welcome.socket.first();
      await leave(welcome);
      return { uses: answers, knocked: refused, other: welcome };
    });
    expect(uses.map(({ status }) => status)).toEqual([...Array(perToken - 1).fill(200), 429, 429]);
    expect(uses.at(-1)).toMatchObject(refusal);
    expect(uses.slice(perToken).map(codeOf)).toEqual(["rate_limited"]);
    if (knocked.kind !== "opened") throw new Error(`The upgrade was answered ${knocked.answer.status}.`);
    expect(knocked.socket.frames).toEqual([
      { type: "error", code: "rate_limited", message: expect.any(String), retry: true },
    ]);
    expect(await knocked.socket.closed()).toMatchObject({ code: 4429 });
    if (other.kind !== "opened") throw new Error(`The upgrade was answered ${other.answer.status}.`);
    expect(other.socket.frames[0]).toMatchObject({ type: "snapshot" });
  });

  it("one token is good for so many requests to speak, and the provider hears of no more", async () => {
    const { answers, texts, other } = await inOnePeriod(60, async () => {
      provider.begin();
      const [token, another] = [
        await stack.token({ scopes: ["speak"] }),
        await stack.token({ scopes: ["speak"] }),
      ];
      const say = (text: string, by: string) =>
        from("198.51.100.60", (one) => one.ask("/v1/speak", { method: "POST", token: by, body: { text } }));
      const said = [];
      for (let index = 0; index < speaking + 2; index++) said.push(await say(`Line ${index}.`, token));
      const heard = provider.texts;
      return { answers: said, texts: heard, other: await say("Another.", another) };
    });
    expect(answers.map(({ status }) => status)).toEqual([...Array(speaking).fill(200), 429, 429]);
    expect(answers.at(-1)).toMatchObject(refusal);
    expect(JSON.parse(answers.at(-1)?.text ?? "")).toMatchObject({
      err_code: "TOO_MANY_REQUESTS",
      retryable: true,
    });
    expect(texts).toEqual(Array.from({ length: speaking }, (_, index) => `Line ${index}.`));
    expect(other.status).toBe(200);
  });

  it("a viewer that says too much is closed alone, and told why", async () => {
    const token = await stack.token({ scopes: ["captions:view"], room: "talkative" });
    await from("198.51.100.70", async (one) => {
      const [quiet, loud] = [
        await one.knock("talkative", { token }),
        await one.knock("talkative", { token }),
      ];
      if (quiet.kind !== "opened" || loud.kind !== "opened") throw new Error("A viewer was refused.");
      await Promise.all([quiet.socket.first(), loud.socket.first()]);
      for (let index = 0; index < 2 * limits.controlBurst; index++)
        loud.socket.send('{"type":"seen","version":0}');
      expect(await loud.socket.closed()).toMatchObject({ code: 4429 });
      expect(loud.socket.frames.at(-1)).toMatchObject({ type: "error", code: "rate_limited", retry: true });
      quiet.socket.send('{"type":"seen","version":0}');
      const later = await one.knock("talkative", { token });
      if (later.kind !== "opened") throw new Error("A viewer was refused.");
      expect(await later.socket.first()).toMatchObject({ type: "snapshot" });
      expect(quiet.socket.frames).not.toContainEqual(expect.objectContaining({ type: "error" }));
      await leave(later);
      await leave(quiet);
    });
  });
});
