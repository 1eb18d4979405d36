import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TapeSchema } from "../../cli/latency/stream/tape.ts";
import { normalise } from "../../cli/wer/normalise.ts";
import { percentile } from "../../shared/percentile.ts";
import { SpreadSchema } from "../../shared/stats.ts";
import { eventually, within } from "../../testing/wait.ts";
import { bash, captionwire, jsonLines } from "../support/command.ts";
import { type SlowServer, startSlowServer } from "../support/slow-server.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { wavFile } from "../support/wav-file.ts";

const HttpSampleSchema = v.object({
  iteration: v.number(),
  status: v.literal("success"),
  dns: v.object({ dns_ms: v.number() }),
  http: v.object({
    tcp_ms: v.number(),
    tls_ms: v.number(),
    first_byte_ms: v.number(),
    total_ms: v.number(),
    http_status: v.literal(200),
  }),
});

describe("captionwire latency network", () => {
  const firstBytesMs = 150;
  const answerMs = 250;
  let server: SlowServer;
  beforeAll(async () => {
    server = await startSlowServer({ secure: true, firstBytesMs, answerMs });
  });
  afterAll(() => server?.close());

  const hasCurl = spawnSync("curl", ["--version"]).status === 0;
  // The figures of curl are what the tool's are held against: without it there is nothing to be held against.
  it.runIf(hasCurl)("agrees with curl about the same address", async () => {
    const address = `https://localhost:${server.port}/`;
    const rounds = 7;
    const command = captionwire([
      "latency",
      "network",
      address,
      "--insecure",
      "--json",
      "--delay",
      "0",
      "--count",
      String(rounds),
    ]);
    expect(await within("the command ends", command.code, 60_000)).toBe(0);
    const ours = jsonLines(command.stdout).map((line) => v.parse(HttpSampleSchema, line));
    expect(ours).toHaveLength(rounds);

    const format =
      "%{time_namelookup} %{time_connect} %{time_appconnect} %{time_pretransfer} %{time_starttransfer}";
    const theirs: number[][] = [];
    for (let round = 0; round < rounds; round++) {
      const { stdout } = await promisify(execFile)("curl", [
        ...["-sk", "--noproxy", "*", "-o", process.platform === "win32" ? "NUL" : "/dev/null"],
        ...["--http1.1", "-w", format, address],
      ]);
      theirs.push(
        stdout
          .trim()
          .split(" ")
          .map((seconds) => Number(seconds) * 1000),
      );
    }
    const median = (values: readonly number[]): number => percentile(values, 0.5) ?? Number.NaN;
    const of = (pick: (times: readonly number[]) => number): number => median(theirs.map(pick));
    const compared = [
      ["tls", median(ours.map(({ http }) => http.tls_ms)), of(([, tcp = 0, tls = 0]) => tls - tcp)],
      [
        "first byte",
        median(ours.map(({ http }) => http.first_byte_ms)),
        of((t) => (t[4] ?? 0) - (t[3] ?? 0)),
      ],
      ["total", median(ours.map(({ http }) => http.total_ms)), of((t) => t[4] ?? 0)],
      // What is nearly nothing for both: to one of the server's delays, which are in neither.
      [
        "lookup and tcp",
        firstBytesMs + median(ours.map(({ dns, http }) => dns.dns_ms + http.tcp_ms)),
        firstBytesMs + of((t) => t[1] ?? 0),
      ],
    ] as const;
    for (const [name, our, their] of compared) {
      expect(our / their, `${name}: ${our} and ${their} ms`).toBeGreaterThan(0.7);
      expect(our / their, `${name}: ${our} and ${their} ms`).toBeLessThan(1.4);
    }
  });

  it("goes on until Ctrl-C, which ends it with the summary", async () => {
    const folder = mkdtempSync(join(tmpdir(), "captionwire-network-"));
    const out = join(folder, "samples.jsonl");
    try {
      const command = captionwire([
        "latency",
        "network",
        `wss://localhost:${server.port}/v1/listen`,
        "--insecure",
        "--delay",
        "0",
        "--out",
        out,
      ]);
      const lines = () => {
        try {
          return jsonLines(readFileSync(out, "utf8"));
        } catch {
          return [];
        }
      };
      await eventually("two samples are there", lines, (seen) => seen.length >= 2);
      command.child.kill("SIGINT");
      expect(await within("the command ends", command.code)).toBe(0);
      expect(command.stdout).toMatch(/\d+ connections: \d+ answered, 0 refused, 0 failed \(\d+ × 101\)/);
      expect(command.stdout).toMatch(/min +mean +p50 +p95 +p99 +max/);
      for (const row of ["DNS", "TCP", "TLS", "WebSocket upgrade", "total"]) {
        expect(command.stdout).toMatch(new RegExp(`^ +${row} +\\d`, "m"));
      }
      expect(lines()[0]).toMatchObject({
        iteration: 1,
        status: "success",
        websocket: { http_status: 101, dg_request_id: "upgraded" },
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("fails where nobody answers, and says in which phase", async () => {
    const command = captionwire(["latency", "network", "ws://127.0.0.1:1/", "--count", "2", "--delay", "0"]);
    expect(await within("the command ends", command.code)).toBe(1);
    expect(command.stdout).toContain("2 of 2 connections failed: 2 in tcp");
  });

  it("ends when nobody reads any more, and tells of --insecure", async () => {
    const address = `wss://localhost:${server.port}/`;
    const piped = bash(`captionwire latency network ${address} --insecure --delay 0 | head -1`);
    expect(await within("the command ends", piped.code)).toBe(0);
    expect(piped.stdout).toBe(`${address}\n`);
    const untrusted = captionwire(["latency", "network", address, "--count", "1"]);
    expect(await within("the command ends", untrusted.code)).toBe(1);
    expect(untrusted.stdout).toContain("--insecure takes any certificate");
    expect(untrusted.stdout).not.toContain("--use-system-ca");
  });

  it("prints nothing of what opens an address", async () => {
    const address = `wss://user:password@localhost:${server.port}/v1/listen?token=secret`;
    const command = captionwire(["latency", "network", address, "--insecure", "--count", "1"]);
    expect(await within("the command ends", command.code)).toBe(0);
    expect(command.stdout).toContain(`wss://localhost:${server.port}/v1/listen\n`);
    expect(command.stdout + command.stderr).not.toMatch(/user|password|secret/);
  });
});

const FiguresSchema = v.object({
  audio_s: v.number(),
  first_message_ms: v.number(),
  first_words_ms: v.number(),
  interims: v.number(),
  interims_per_s: v.number(),
  message_latency: SpreadSchema,
  speech: v.object({ by: v.string(), ends: v.number() }),
  end_of_turn: v.record(
    v.string(),
    v.object({ events: v.number(), since_speech_end: v.nullable(SpreadSchema) }),
  ),
  transcript: v.string(),
});

const SpokenSchema = v.object({
  connection: v.object({ dns: v.number(), tcp: v.number() }),
  lengths: v.array(v.object({ length: v.number(), speed_up: v.number(), first_byte_ms: SpreadSchema })),
  first_byte: v.object({ base_ms: v.number(), per_100_characters_ms: v.number() }),
  total: v.object({ base_ms: v.number(), per_100_characters_ms: v.number() }),
  requests: v.array(
    v.object({
      characters: v.number(),
      first_byte_ms: v.number(),
      total_ms: v.number(),
      audio_ms: v.number(),
    }),
  ),
});

describe("captionwire latency stream and speak", () => {
  let stack: TestStack;
  let folder: string;
  let recording: string;
  const said = "Please turn on the lights in the living room.";
  beforeAll(async () => {
    stack = await startStack();
    folder = mkdtempSync(join(tmpdir(), "captionwire-latency-"));
    recording = join(folder, "lights.wav");
    const { format, data } = await speech(stack, said);
    // Quiet behind it, so that its end can be heard.
    writeFileSync(recording, wavFile(format, Buffer.concat([data, new Uint8Array(64_000)])));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stack?.close();
  });
  const engine = () => ["--url", stack.engineUrl, "--api-key", "any"];

  it("measures a recording, keeps a tape, and reads the same from the tape", async () => {
    const out = join(folder, "tape.json");
    const words = ["latency", "stream", recording, "--json", "--out", out, ...engine()];
    const command = captionwire(words);
    expect(await within("the command ends", command.code, 60_000)).toBe(0);
    const figures = v.parse(FiguresSchema, JSON.parse(command.stdout));
    const heard = new Set(normalise(figures.transcript));
    const understood = normalise(said).filter((word) => heard.has(word));
    // As well as the recogniser understands the voice.
    expect(understood.length, figures.transcript).toBeGreaterThan(normalise(said).length / 2);
    expect(figures.speech).toEqual({ by: "Silero", ends: expect.any(Number) });
    expect(figures.speech.ends).toBeGreaterThanOrEqual(1);
    // The engine asks for 300 ms of quiet before it calls speech final, and for a second before it says so once more.
    const { speech_final: final, UtteranceEnd: over, EndOfTurn: turn } = figures.end_of_turn;
    expect(final?.since_speech_end?.min).toBeGreaterThan(150);
    expect(over?.since_speech_end?.min).toBeGreaterThan(final?.since_speech_end?.min ?? 0);
    expect(turn?.events).toBe(0);

    const tape = v.parse(TapeSchema, JSON.parse(readFileSync(out, "utf8")));
    expect(tape.messages.filter(({ message }) => message.type === "Metadata")).toHaveLength(1);
    const again = captionwire(["latency", "stream", "--tape", out, "--json"]);
    expect(await within("the command ends", again.code)).toBe(0);
    expect(again.stdout).toBe(command.stdout);
  });

  it("knows the turns of Flux", async () => {
    const query = ["--model", "flux-general-en", "--query", "eager_eot_threshold=0.5"];
    const command = captionwire(["latency", "stream", recording, "--json", ...query, ...engine()]);
    expect(await within("the command ends", command.code, 60_000)).toBe(0);
    const { end_of_turn: ends, interims } = v.parse(FiguresSchema, JSON.parse(command.stdout));
    expect(interims).toBeGreaterThan(0);
    expect(ends.EndOfTurn?.since_speech_end?.count).toBeGreaterThanOrEqual(1);
    expect(ends.speech_final?.events).toBe(0);
  });

  it("ends in order at Ctrl-C, with the figures of what was sent", async () => {
    const out = join(folder, "ended.json");
    const long = join(folder, "long.wav");
    const { format, data } = await speech(stack, said);
    writeFileSync(long, wavFile(format, Buffer.concat(Array<Uint8Array>(20).fill(data))));
    const command = captionwire(["latency", "stream", long, "--out", out, ...engine()]);
    const sockets = async () => {
      const answer = await fetch(`${stack.engineUrl}/engine/stats`);
      return v.parse(v.object({ listenSockets: v.number() }), await answer.json()).listenSockets;
    };
    await eventually("the engine hears it", sockets, (open) => open === 1, 30_000);
    command.child.kill("SIGINT");
    expect(await within("the command ends", command.code)).toBe(130);
    const tape = v.parse(TapeSchema, JSON.parse(readFileSync(out, "utf8")));
    expect(tape.sent.at(-1)?.[0] ?? 0).toBeLessThan(tape.audio.seconds / 2);
    expect(tape.messages.at(-1)?.message.type).toBe("Metadata");
    expect(command.stdout).toMatch(/^ +ends of speech +\d+, by voice activity \(Silero\)$/m);
  });

  it("says nothing when Ctrl-C comes before anything was sent", async () => {
    const out = join(folder, "nothing.json");
    const command = captionwire(["latency", "stream", recording, "--out", out, ...engine()]);
    // It opens the file just before it looks for where speech ends.
    await eventually("it has begun", () => existsSync(out), Boolean);
    command.interrupt();
    expect(await within("the command ends", command.code)).toBe(130);
    expect([command.stdout, command.stderr, existsSync(out)]).toEqual(["", "", false]);
  });

  it("has texts spoken by the engine, and by a Captionwire with a token", async () => {
    const token = await stack.token({ scopes: ["speak"] });
    // By the environment, so that no secret need stand on a command line.
    for (const [url, where] of [
      [stack.engineUrl, { apiKey: "any" }],
      [stack.url, { accessToken: token }],
    ] as const) {
      const words = ["latency", "speak", "--lengths", "100,900", "--runs", "2", "--json", "--url", url];
      const command = captionwire(words, where);
      expect(await within("the command ends", command.code, 60_000)).toBe(0);
      const { lengths, requests } = v.parse(SpokenSchema, JSON.parse(command.stdout));
      expect(lengths.map(({ length }) => length)).toEqual([100, 900]);
      expect(requests).toHaveLength(4);
      for (const { first_byte_ms, total_ms, characters, audio_ms } of requests) {
        expect(first_byte_ms).toBeLessThanOrEqual(total_ms);
        // Nobody speaks more than forty characters a second, nor fewer than five.
        expect(audio_ms / characters).toBeGreaterThan(25);
        expect(audio_ms / characters).toBeLessThan(200);
      }
    }
  });

  it("says what is wrong with a file, an address, a token", async () => {
    const cases: readonly [string, number, RegExp][] = [
      ["latency stream /nowhere.wav --url http://127.0.0.1:1 --api-key any", 1, /cannot be read/],
      [`latency stream '${recording}' --url http://127.0.0.1:1 --api-key any`, 1, /cannot be reached/],
      // Before an hour's recording is sent, and not after.
      [
        `latency stream '${recording}' --out /nowhere/tape.json ${engine().join(" ")}`,
        1,
        /^\/nowhere\/tape.json cannot/,
      ],
      ["latency network ws://127.0.0.1:1 --count 1 --out /nowhere/lines", 1, /^\/nowhere\/lines cannot/],
      [`latency stream '${recording}' --url nowhere --api-key any`, 2, /It takes an address/],
      ["latency speak --url nowhere --token any", 2, /It takes an address/],
      ["latency stream --tape a.json --out b.json", 2, /cannot be used with option '--out/],
      ["latency stream", 2, /Give a recording, or --tape/],
      [`latency speak --url '${stack.url}' --token wrong --lengths 100`, 1, /401/],
      [`latency speak --url '${stack.url}' --lengths 100`, 2, /Set CAPTIONWIRE_API_KEY/],
      [
        "latency speak --url http://127.0.0.1:2 --api-key any --lengths 100",
        1,
        /^http:\/\/127.0.0.1:2 .*ECONNREFUSED/,
      ],
      ["wer --voices --url http://127.0.0.1:2 --api-key any", 1, /^http:\/\/127.0.0.1:2 .*ECONNREFUSED/],
      ["latency speak --lengths few", 2, /whole numbers/],
      ["latency network nowhere", 2, /begins with wss/],
    ];
    for (const [line, code, message] of cases) {
      const command = bash(`captionwire ${line}`);
      expect(await within("the command ends", command.code), line).toBe(code);
      expect(command.stderr, line).toMatch(message);
    }
  });
});
