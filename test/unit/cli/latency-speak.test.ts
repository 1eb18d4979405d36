import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { figuresOf, type Spoken } from "../../../cli/latency/speak/figures.ts";
import { connectionOf, speakAll } from "../../../cli/latency/speak/run.ts";
import { createScreen } from "../../../cli/terminal/screen.ts";
import { localUrl } from "../../../testing/local-url.ts";

describe("figures of speech", () => {
  const spoken = (length: number, first_byte_ms: number, total_ms: number, audio_ms: number): Spoken => ({
    length,
    characters: length,
    first_byte_ms,
    total_ms,
    audio_ms,
  });

  it("tell what every request takes from what its length adds", () => {
    const of = (length: number) => spoken(length, 277, 600 + 0.4 * length, 60 * length);
    const { lengths, first_byte, total, speed_up } = figuresOf([900, 300, 300, 900].map(of));
    expect(first_byte).toEqual({ base_ms: expect.closeTo(277), per_100_characters_ms: expect.closeTo(0) });
    expect(total).toEqual({ base_ms: expect.closeTo(600), per_100_characters_ms: expect.closeTo(40) });
    expect(
      lengths.map(({ length, total_ms, audio_ms }) => [length, total_ms.p50, total_ms.count, audio_ms]),
    ).toEqual([
      [300, 720, 2, 18_000],
      [900, 960, 2, 54_000],
    ]);
    expect(lengths.map((each) => each.speed_up)).toEqual([25, 56.25]);
    expect(speed_up).toBe(25);
  });

  it("draw no line through one length", () => {
    expect(figuresOf([spoken(300, 1, 2, 3), spoken(300, 2, 3, 4)])).toMatchObject({
      first_byte: null,
      total: null,
    });
    expect(figuresOf([])).toEqual({ lengths: [], first_byte: null, total: null, speed_up: null });
  });
});

describe("texts that are spoken", () => {
  let server: Server | null = null;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  type Request = { readonly characters: number; readonly firstByteMs: number; readonly totalMs: number };

  /** 50 ms to the first byte whatever the length, then half a millisecond for each character: and it tells what it did. */
  async function speaker(requests: Request[], refusal?: number): Promise<string> {
    server = createServer(async (request, response) => {
      if (request.method !== "POST") {
        response.end();
        return;
      }
      const began = performance.now();
      const spoken = (JSON.parse(await text(request)) as { text: string }).text;
      if (refusal !== undefined || request.headers.authorization !== "Bearer the-token") {
        response.writeHead(refusal ?? 401).end('{"err_msg":"No."}');
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      const firstByteMs = performance.now() - began;
      response.write(new Uint8Array(spoken.length * 48));
      await new Promise((resolve) => setTimeout(resolve, spoken.length / 2));
      response.end(new Uint8Array(spoken.length * 48));
      requests.push({ characters: spoken.length, firstByteMs, totalMs: performance.now() - began });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return localUrl(server);
  }

  const screen = createScreen(process.stderr);
  const asking = (url: string) => ({
    url,
    model: "aura-2-thalia-en",
    authorization: "Bearer the-token",
    signal: new AbortController().signal,
  });

  it("take as long as whoever speaks knows", { retry: 2 }, async () => {
    const requests: Request[] = [];
    const url = await speaker(requests);
    const spoken = await speakAll(screen, asking(url), [100, 400], 2);
    expect(spoken.map(({ length }) => length)).toEqual([100, 400, 400, 100]);
    // The one that opens the connection counts for nothing.
    const [, ...counted] = requests;
    for (const [index, { characters, firstByteMs, totalMs }] of counted.entries()) {
      const seen = spoken[index];
      if (seen === undefined) throw new Error("One is missing.");
      expect(seen.characters).toBe(characters);
      // Two milliseconds of 24 kHz a character.
      expect(seen.audio_ms).toBe(2 * characters);
      expect(Math.abs(seen.first_byte_ms - firstByteMs)).toBeLessThan(Math.max(10, 0.1 * firstByteMs));
      expect(Math.abs(seen.total_ms - totalMs)).toBeLessThan(Math.max(10, 0.1 * totalMs));
    }
    const { total } = figuresOf(spoken);
    expect(Math.abs((total?.per_100_characters_ms ?? 0) - 50)).toBeLessThan(10);
    expect(Object.keys(await connectionOf(asking(url)))).toEqual(["dns", "tcp"]);
  });

  it("are refused in the words of whoever refuses", async () => {
    const url = await speaker([], 429);
    await expect(speakAll(screen, asking(url), [100], 1)).rejects.toThrow(/429: .*No\./);
  });
});
