import { sendCostMs, spacingMs, tickMs } from "../../party/room/audience.ts";
import { limits, timing } from "../../shared/limits.ts";
import { speechToText } from "./prices.ts";
import { assumed, costOf, includedHours, sumOf, type Usage, usageOf } from "./usage.ts";

const audiences = [10, 1_000, 10_000] as const;

const counted: readonly (readonly [keyof Usage, string])[] = [
  ["workerRequests", "Worker requests"],
  ["workerCpuMs", "Worker CPU, ms"],
  ["objectRequests", "Durable Object requests"],
  ["objectGbSeconds", "Durable Object duration, GB-s"],
  ["rowsWritten", "rows written"],
  ["rowsRead", "rows read"],
];

/** The tables of docs/costs.md by their names, as Markdown. A test holds the page to them. */
export const tables: Readonly<Record<string, () => string>> = {
  broadcast: broadcastTable,
  speech: speechTable,
  frames: framesTable,
  limits: limitsTable,
};

/** The page's text with each table between its marks made anew. */
export function withTables(page: string): string {
  return page.replaceAll(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole, begin: string, name: string, end: string) => {
      const make = tables[name];
      return make === undefined ? whole : `${begin}\n${make()}\n\n${end}`;
    },
  );
}

function broadcastTable(): string {
  const usages = audiences.map(usageOf);
  const rows = counted.map(([key, name]) => [
    name,
    ...usages.map((usage) => cell(usage[key], costOf(usage)[key])),
  ]);
  return markdown([
    ["An hour to …", ...audiences.map((readers) => `${count(readers)} readers`)],
    ...rows,
    ["**Cloudflare in all**", ...usages.map((usage) => `**${dollars(sumOf(costOf(usage)))}**`)],
    ["for each reader", ...usages.map((usage, at) => dollars(sumOf(costOf(usage)) / (audiences[at] ?? 1)))],
    [
      "such hours a month in the plan's $5",
      ...usages.map((usage) => count(Math.floor(includedHours(usage)))),
    ],
  ]);
}

function speechTable(): string {
  return markdown([
    ["Deepgram", "a minute", "an hour, for any number of readers"],
    ...speechToText.map(({ model, usdAMinute }) => [
      model,
      `$${usdAMinute.toFixed(4)}`,
      `$${(usdAMinute * 60).toFixed(3)}`,
    ]),
  ]);
}

function framesTable(): string {
  const sizes = [...audiences, limits.roomViewersMax];
  return markdown([
    [
      "Readers",
      "words being said: every",
      "finals: at least apart",
      "frames a second to each",
      "CPU of sending",
    ],
    ...sizes.map((readers) => {
      const finals = assumed.finalsAMinute / 60;
      const frames = Math.min(1_000 / spacingMs(readers), 1_000 / tickMs(readers) + finals);
      return [
        count(readers),
        `${count(tickMs(readers))} ms`,
        `${count(spacingMs(readers))} ms`,
        `${count(frames)} at most`,
        `${count((readers * sendCostMs * frames) / 10)} % of a core`,
      ];
    }),
  ]);
}

function limitsTable(): string {
  const kib = (bytes: number): string => `${count(bytes / 1_024)} KiB`;
  return markdown([
    ["What", "Limit"],
    ["readers of a room at the same time", count(limits.roomViewersMax)],
    ["rooms of a tenant", `${count(limits.tenantRoomsMax)}, or \`maxRooms\` in TENANTS`],
    ["publishers' connections to a room; one speaks", count(limits.roomPublishersMax)],
    ["a control message", kib(limits.controlFrameMaxBytes)],
    ["control messages of a member", `${limits.controlBurst} at once, ${limits.controlPerSecond} a second`],
    ["an audio frame", kib(limits.audioFrameMaxBytes)],
    [
      "audio frames of a publisher",
      `${count(limits.audioFramesBurst)} at once, ${limits.audioFramesPerSecond} a second`,
    ],
    [
      "audio kept for an interruption",
      `${limits.audioBufferMaxMs / 1_000} s, ${kib(limits.audioBufferMaxBytes)}`,
    ],
    [
      "unseen by a reader before it is closed",
      `${kib(limits.unseenMaxBytes)}, ${timing.unseenMaxMs / 1_000} s`,
    ],
    ["segments in a snapshot; the rest by HTTP", count(limits.snapshotMaxSegments)],
    ["captions kept", `${limits.retentionDefaultHours} hours, or \`retentionHours\` of the room`],
    ["a token's life", `${limits.tokenMaxSeconds / 3_600} hours`],
    ["text of one request to speak", `${count(limits.speakMaxCharacters)} characters`],
    ["requests to speak at once with a token", count(limits.speakAtOnceMax)],
  ]);
}

function cell(amount: number, usd: number): string {
  return `${count(Math.round(amount))} · ${dollars(usd)}`;
}

/** Three figures that count, and no more than a hundred-thousandth of a cent. */
function dollars(usd: number): string {
  if (usd >= 0.1) return `$${usd.toFixed(2)}`;
  return `$${Number(usd.toPrecision(2)).toFixed(7).replace(/0+$/, "")}`;
}

function count(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}

function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? "---" : "---:"))), ...body.map(line)].join("\n");
}
