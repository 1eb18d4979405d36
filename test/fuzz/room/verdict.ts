import { isDeepStrictEqual } from "node:util";
import type { Segment } from "../../../shared/captions.ts";
import { msOf, readTapeWord, samplesOfMs } from "../../support/tape/tape.ts";
import { type Account, excuseOf, lostWords, problemOf } from "./account.ts";
import type { World } from "./world.ts";

/** Captions are in whole milliseconds. */
const toleranceMs = 2;

/** What is wrong with the room's final transcript, word for word. */
export function judgeTranscript(world: World): string[] {
  const segments = world.disk.room?.transcript.segments ?? [];
  const { ledger, provider } = world;
  const problems: string[] = [];
  const times = new Map<number, number>();
  const lastOf = new Map<Account, number>();
  problems.push(...judgeOrder(segments));
  for (const segment of segments) {
    const account = ledger.bySession(segment.session);
    if (account === undefined) {
      problems.push(`a segment of a session nobody began: ${segment.session}`);
      continue;
    }
    if (segment.kind === "gap") {
      problems.push(...judgeGap(segment, account, world));
      continue;
    }
    const tokens = segment.text.split(" ");
    const words = segment.words ?? [];
    if (tokens.join(" ") !== words.map(({ text }) => text).join(" ")) {
      problems.push(`"${segment.text}" has other words: ${words.map(({ text }) => text).join(" ")}`);
    }
    for (const { text, start, end } of words) {
      const read = readTapeWord(text);
      const spoken = account.spoken.find(({ word }) => word === read?.word);
      if (read === null || spoken === undefined) {
        problems.push(`"${text}" was never said by ${account.id}`);
        continue;
      }
      if (read.cut) {
        if (excuseOf(account, spoken, provider.batches) === null && spoken.whole) {
          problems.push(`${text} was cut without a reason`);
        }
        continue;
      }
      const count = (times.get(read.word) ?? 0) + 1;
      times.set(read.word, count);
      if (count > 1) problems.push(`${text} is there ${count} times`);
      if (
        Math.abs(start - msOf(spoken.from)) > toleranceMs ||
        Math.abs(end - msOf(spoken.to)) > toleranceMs
      ) {
        problems.push(
          `${text} is at ${start}–${end} ms and was said at ${msOf(spoken.from)}–${msOf(spoken.to)}`,
        );
      }
      if (start < segment.start - toleranceMs || end > segment.end + toleranceMs) {
        problems.push(`${text} lies outside of its segment`);
      }
      if ((lastOf.get(account) ?? 0) >= read.word) problems.push(`${text} is out of order`);
      lastOf.set(account, read.word);
    }
  }
  for (const account of ledger.accounts) {
    for (const lost of lostWords(account, segments, Number.POSITIVE_INFINITY, provider.batches)) {
      const problem = problemOf(lost);
      if (problem !== null) problems.push(problem);
    }
  }
  return problems;
}

/** Nothing lies over anything else, a gap over captions least of all. */
function judgeOrder(segments: readonly Segment[]): string[] {
  return segments.flatMap((segment, at) => {
    const before = segments[at - 1];
    if (before?.session !== segment.session || before.end <= segment.start + toleranceMs) return [];
    return [
      `a ${before.kind} up to ${before.end} ms lies over a ${segment.kind} from ${segment.start} ms (${segment.text})`,
    ];
  });
}

/** A gap must be there for a reason, and not where captions are. */
function judgeGap(gap: Segment, account: Account, { provider }: World): string[] {
  const [from, to] = [samplesOfMs(gap.start), samplesOfMs(gap.end)];
  if (account.excuses.some((excuse) => excuse.from < to && excuse.to > from)) return [];
  const inside = account.spoken.filter((spoken) => spoken.from < to && spoken.to > from);
  if (inside.some((spoken) => excuseOf(account, spoken, provider.batches) !== null)) return [];
  return [`a gap without a reason: ${gap.start}–${gap.end} ms of ${account.id}`];
}

/** What is wrong with what the viewers hold. */
export function judgeWatchers({ watchers, disk }: World): string[] {
  const transcript = disk.room?.transcript;
  if (transcript === undefined) return ["there is no room"];
  return watchers.flatMap(({ name, subscription }) => {
    const { captions, link } = subscription;
    const problems: string[] = [];
    if (link.state !== "open") problems.push(`${name} is ${link.state}`);
    if (captions.position?.epoch !== transcript.epoch || captions.position.version !== transcript.version) {
      problems.push(`${name} is at ${captions.position?.version}, the room at ${transcript.version}`);
    } else if (!isDeepStrictEqual(captions.segments, transcript.segments)) {
      problems.push(`${name} holds other captions than the room`);
    }
    if (captions.interim !== null) problems.push(`${name} still sees "${captions.interim.text}"`);
    return problems;
  });
}

/** The words that are missing for a reason, counted by reason. */
export function excusedWords({ ledger, provider, disk }: World): ReadonlyMap<string, number> {
  const segments = disk.room?.transcript.segments ?? [];
  const counts = new Map<string, number>();
  for (const account of ledger.accounts) {
    for (const { excuse } of lostWords(account, segments, Number.POSITIVE_INFINITY, provider.batches)) {
      if (excuse !== null) counts.set(excuse.why, (counts.get(excuse.why) ?? 0) + 1);
    }
  }
  return counts;
}
