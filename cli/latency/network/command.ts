import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { deepgramOf, isDeepgram } from "../../measured/keys.ts";
import { wholeNumber } from "../../options.ts";
import { firstInterrupt } from "../../terminal/interrupts.ts";
import { endWhenUnread } from "../../terminal/output.ts";
import { createScreen } from "../../terminal/screen.ts";
import { seconds } from "../options.ts";
import { runNetwork } from "./run.ts";

/** Some days of one a second; and what is kept of each is a few numbers. */
const mostConnections = 1_000_000;

const help = `
Each connection is a new one. Figures are milliseconds: DNS (the lookup), TCP (to the
first answer of the server's machine: one round trip), TLS (the handshake), WebSocket
upgrade (from asking to the answer, whatever it says; for http and https: to the head of
the answer), total (all of them). Without --count and --duration it goes on until Ctrl-C,
which prints the summary too.

With --json each connection is one line: iteration, timestamp, status (success, refused,
failed), phase and error of a failure, dns{dns_ms, ip}, websocket{tcp_ms, tls_ms,
ws_upgrade_ms, total_ms, http_status, dg_request_id}; for http and https it is
http{tcp_ms, tls_ms, first_byte_ms, total_ms, http_status, dg_request_id}.

Exit code 1: no connection was answered.
`;

export function defineNetwork(parent: Command): void {
  parent
    .command("network")
    .description(
      "DNS, TCP, TLS and WebSocket upgrade of any http(s) or ws(s) address, one connection after the other",
    )
    .argument("<url>", "where to connect to", address)
    .option("--count <n>", "end after so many connections", wholeNumber(1, mostConnections))
    .option("--duration <seconds>", "end after so long", seconds(1, 1_000_000))
    .option("--delay <seconds>", "between one connection and the next", seconds(0, 3_600), 500)
    .option(
      "--api-key <key>",
      "sent as Authorization: Token; else that of DEEPGRAM_API_KEY, to Deepgram only",
    )
    .option("--header <line>", "another header to send, 'name: value'; may be repeated", header, {})
    .option("--insecure", "take any certificate")
    .option("--json", "a JSON line for each connection on stdout, and nothing else")
    .option("--out <file>", "the same lines into a file")
    .addHelpText("after", help)
    .action(async (url, options) => {
      const signal = firstInterrupt();
      endWhenUnread();
      const { count, duration } = options;
      process.exitCode = await runNetwork(
        createScreen(process.stdout),
        {
          target: {
            url,
            headers: { ...authorization(url, options.apiKey), ...options.header },
            insecure: options.insecure === true,
          },
          count: count ?? mostConnections,
          durationMs: duration ?? Number.POSITIVE_INFINITY,
          delayMs: options.delay,
          signal,
        },
        { json: options.json === true, out: options.out },
      );
      const isBounded = count !== undefined || duration !== undefined;
      if (signal.aborted && isBounded) process.exitCode = 130;
    });
}

function authorization(url: URL, apiKey: string | undefined): Record<string, string> {
  const key = apiKey ?? (isDeepgram(url) ? deepgramOf()?.apiKey : undefined);
  return key === undefined ? {} : { authorization: `Token ${key}` };
}

function address(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && ["http:", "https:", "ws:", "wss:"].includes(url.protocol)) return url;
  throw new InvalidArgumentError("It takes an address that begins with wss://, ws://, https:// or http://.");
}

function header(line: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*([\t -~]*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It takes 'name: value'.");
  return { ...before, [name.toLowerCase()]: value };
}
