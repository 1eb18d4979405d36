import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Lookup, sampleConnection } from "../../../cli/latency/network/connect.ts";
import { diagnose } from "../../../cli/latency/network/diagnosis.ts";
import { measureNetwork } from "../../../cli/latency/network/run.ts";
import { type Phase, phases, type Sample, timesOf } from "../../../cli/latency/network/sample.ts";
import { createTally } from "../../../cli/latency/network/tally.ts";
import { type SlowOptions, type SlowServer, startSlowServer } from "../../support/slow-server.ts";

const delayMs = 400;
const here: Lookup = async () => [{ address: "127.0.0.1", family: 4 }];
const slowly: Lookup = async (host) => {
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  return here(host);
};
const never = new AbortController().signal;

let server: SlowServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function sample(scheme: string, options: SlowOptions = {}, lookup = here): Promise<Sample> {
  server = await startSlowServer({ secure: scheme === "wss" || scheme === "https", ...options });
  const url = new URL(`${scheme}://captions.test:${server.port}/v1/listen?model=nova-3`);
  return sampleConnection({ url, headers: {}, insecure: true }, 7, lookup, never);
}

/** The one phase that takes (nearly) all the time, and all of the delay. */
function slowPhase(of: Sample): Phase | undefined {
  const times = timesOf(of);
  const [slow, ...more] = phases.filter((phase) => (times[phase] ?? 0) >= delayMs * 0.95);
  expect(more).toEqual([]);
  return slow;
}

describe("a sampled connection", () => {
  it.each<[Phase, string, SlowOptions, Lookup]>([
    ["dns", "wss", {}, slowly],
    ["tls", "wss", { firstBytesMs: delayMs }, here],
    ["answer", "wss", { answerMs: delayMs }, here],
    ["dns", "ws", {}, slowly],
    ["answer", "ws", { answerMs: delayMs }, here],
    ["tls", "https", { firstBytesMs: delayMs }, here],
    ["answer", "https", { answerMs: delayMs }, here],
    ["answer", "http", { answerMs: delayMs }, here],
    ["answer", "wss", { answerMs: delayMs, refuse: 503 }, here],
  ])("finds a delay in %s of %s there and nowhere else", async (phase, scheme, options, lookup) => {
    const seen = await sample(scheme, options, lookup);
    expect(seen.status).toBe(options.refuse === undefined ? "success" : "refused");
    expect(slowPhase(seen)).toBe(phase);
    const { total = 0, ...parts } = timesOf(seen);
    const sum = Object.values(parts).reduce((all, part) => all + part, 0);
    expect(Math.abs(total - sum)).toBeLessThan(0.1);
  });

  // The kernel answers for a server that stands still, until its queue is full: then the client asks again a second later.
  it.runIf(process.platform === "linux")("finds a delay in tcp there and nowhere else", async () => {
    const program = `const s = require("http").createServer((q, r) => r.end("ok"));
      s.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port));`;
    const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = await once(child.stdout, "data");
      const port = Number(String(line));
      child.kill("SIGSTOP");
      const queue = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
      await Promise.all(queue.map((socket) => once(socket, "connect")));
      setTimeout(() => child.kill("SIGCONT"), delayMs);
      const url = new URL(`http://captions.test:${port}/`);
      const seen = await sampleConnection({ url, headers: {}, insecure: false }, 1, here, never);
      for (const socket of queue) socket.destroy();
      expect(seen.status).toBe("success");
      expect(slowPhase(seen)).toBe("tcp");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("is told with its request's id and status", async () => {
    const { timestamp, ...seen } = await sample("wss");
    expect(Date.parse(timestamp)).toBeGreaterThan(0);
    const any = expect.any(Number);
    expect(seen).toEqual({
      iteration: 7,
      status: "success",
      dns: { dns_ms: any, ip: "127.0.0.1" },
      websocket: {
        tcp_ms: any,
        tls_ms: any,
        ws_upgrade_ms: any,
        total_ms: any,
        http_status: 101,
        dg_request_id: "upgraded",
      },
    });
  });

  it("fails in the phase in which it fails", async () => {
    const url = new URL("wss://captions.test:1/");
    const target = { url, headers: {}, insecure: false };
    const gone: Lookup = () => Promise.reject(new Error("ENOTFOUND"));
    expect(await sampleConnection(target, 1, gone, never)).toMatchObject({
      status: "failed",
      phase: "dns",
      error: "ENOTFOUND",
    });
    expect(await sampleConnection(target, 1, here, never)).toMatchObject({ status: "failed", phase: "tcp" });
    server = await startSlowServer({ secure: true });
    const distrusted = { ...target, url: new URL(`wss://captions.test:${server.port}/`) };
    expect(await sampleConnection(distrusted, 1, here, never)).toMatchObject({
      status: "failed",
      phase: "tls",
    });
  });
});

describe("many connections", () => {
  it("are opened anew each, as many as asked for", async () => {
    server = await startSlowServer();
    const url = new URL(`ws://captions.test:${server.port}/`);
    const seen: number[] = [];
    const summary = await measureNetwork(
      {
        target: { url, headers: {}, insecure: false },
        count: 5,
        durationMs: Number.POSITIVE_INFINITY,
        delayMs: 0,
        signal: never,
        onSample: ({ iteration }) => seen.push(iteration),
      },
      here,
    );
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(server.connections()).toBe(5);
    expect(summary).toMatchObject({ iterations: 5, success: 5, failed: 0, statuses: { 101: 5 } });
    expect(summary.times.total?.count).toBe(5);
    expect(summary.times.tls).toBeNull();
  });

  it("end at once when they are stopped, and what came counts", async () => {
    server = await startSlowServer();
    const url = new URL(`ws://captions.test:${server.port}/`);
    const stopping = new AbortController();
    const summary = await measureNetwork(
      {
        target: { url, headers: {}, insecure: false },
        count: 1_000_000,
        durationMs: Number.POSITIVE_INFINITY,
        delayMs: 3_600_000,
        signal: stopping.signal,
        onSample: () => setTimeout(() => stopping.abort(), 10),
      },
      here,
    );
    expect(summary).toMatchObject({ iterations: 1, success: 1, failed: 0 });
  });
});

describe("the diagnosis", () => {
  const tallied = (...samples: readonly Partial<Sample>[]) => {
    const tally = createTally();
    for (const part of samples) tally.add({ iteration: 1, timestamp: "", status: "success", ...part });
    return diagnose(tally.summary());
  };
  const socket = (tcp_ms: number, tls_ms: number, ws_upgrade_ms: number) => ({
    dns: { dns_ms: 10 },
    websocket: { tcp_ms, tls_ms, ws_upgrade_ms, total_ms: 1, http_status: 101 },
  });

  it("tells how far away a server is, and finds nothing wrong with usual values", () => {
    expect(tallied(socket(10, 20, 110))).toEqual(["TCP takes 10 ms: the server is in the same region."]);
    expect(tallied(socket(90, 180, 240))).toEqual(["TCP takes 90 ms: the server is on the same continent."]);
  });

  it("names what is slow", () => {
    expect(tallied({ ...socket(10, 20, 60), dns: { dns_ms: 51 } }).join()).toContain("DNS is slow: 51 ms");
    expect(tallied(socket(301, 300, 400)).join()).toContain("TCP is slow");
    expect(tallied(socket(10, 41, 60)).join()).toContain("TLS is slow: 41 ms");
    expect(tallied(socket(10, 20, 211)).join()).toContain("answer is slow: 211 ms");
    expect(tallied(socket(10, 20, 210)).join()).not.toContain("slow");
  });

  it("counts what failed, by phase, and what was refused", () => {
    const said = tallied(
      { status: "failed", phase: "tls", error: "expired" },
      { status: "refused", websocket: { tcp_ms: 1, ws_upgrade_ms: 1, total_ms: 2, http_status: 401 } },
    ).join(" ");
    expect(said).toContain("1 of 2 connections failed: 1 in tls (expired).");
    expect(said).toMatch(/1 upgrades were refused \(401\).*--api-key/);
  });
});
