import {
  backOverSpace,
  charAt,
  charBefore,
  isLetter,
  isLower,
  isSpace,
  isUpper,
  isWide,
  matchAt,
  skipSpace,
} from "./chars.ts";
import { fullStop } from "./full-stop.ts";
import { type Next, nextOf } from "./next.ts";
import { markedWords, type Rules, speaks } from "./rules.ts";
import { type Spans, spanAround, spanEndingAt } from "./spans.ts";
import { stopEnds } from "./stops.ts";

/** A border: what comes before ends at `content`, and after its white space the next begins at `at`. */
export type Border = { readonly content: number; readonly at: number };

/** One or more marks that may end a sentence. Greek asks with a semicolon, Armenian is also written with a colon. */
export const endMarks =
  /(?:[\p{Sentence_Terminal}…]|(?<=\p{Script=Greek})[;\u037e]|(?<=\p{Script=Armenian}):)+/gu;

/** The marks that open in one language and close in another only close when no word follows at once. */
const closers = /(?:["'”’)\]}」』】〕》〉）］｝﹂﹄*_~`]|[“‘»›«‹](?![\p{L}\p{N}¿¡]))*/uy;
/** French closes its quotations behind a space. */
const spacedCloser = /[ \u00a0\u202f][»›](?![\p{L}\p{N}])/uy;
/** The numbers of footnotes. */
const notes = /(?:[ \u00a0]?\[\w{1,4}\]|[⁰¹²³⁴-⁹]{1,3}){1,8}(?=\s|$)/y;
/** Nothing begins with these: what was set apart by spaces is still the end of what came before. */
const trailing = /[.!?…,;:)\]}。、，！？」』）]/;
/** A picture behind the mark still belongs to what was said, drawn with letters or not. */
const pictures =
  /(?:[ \u00a0]?(?:\p{RI}\p{RI}|[:;=]-?[()DP]|\p{Extended_Pictographic}(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f){0,12})){1,8}(?=\s|$)/uy;
/** How much of a line is looked at for a capital. */
const lineLook = 320;
const hasUnspacedMark = /[。｡！？︒।॥።፧။។᠃༎]/u;
const isEllipsis = /^(?:[.．]{2,}|[.．]*…[.．…]*)$/;
const hasQuote = /["'”’“»›«」』]/;
/** Particles that hang a quotation into its sentence, as far as no word that begins one looks the same. */
const particle =
  /^(?:と(?!ころ|にかく|ても|もあれ)|って|など|の|が(?!ん)|は(?!い)|を|に(?!ほん)|も(?!し|う|ちろん)|で(?!も|は|す)|か(?![られの])|、|，|,)/;
const attribution =
  /^(?:[^，。！？、\n]{0,6}[说說问問道答喊叫嚷](?:道|着|了|：|，|。|,|$)|[^。！？\n]{0,12}(?:言っ|言い|答え|聞い|尋ね|叫ん|つぶや))/;

/**
 * Whether the marks `text[from, to)` end a sentence, and where. In doubt they do not: a sentence left whole costs
 * nothing, one cut in two is heard.
 */
export function sentenceEnd(
  text: string,
  from: number,
  to: number,
  spans: Spans,
  rules: Rules,
): Border | null {
  const marks = text.slice(from, Math.min(to, from + 16));
  const closed = closeOf(text, to);
  const noted = closed + matchAt(notes, text, closed).length;
  const content = noted + matchAt(pictures, text, noted).length;
  const isSpaced = isSpace(text.charAt(content));
  const isUnspaced = hasUnspacedMark.test(marks) || isWidePlace(text, from, to, marks);
  if (!isSpaced && !isUnspaced) return null;
  if (spanAround(spans.soft, content) !== null || spanAround(spans.hard, content) !== null) return null;
  const border: Border = { content, at: skipSpace(text, content) };
  const next = nextOf(text, content);
  if (next.kind === "nothing") return border;
  const closing = text.slice(to, Math.min(closed, to + 8));
  if (trailing.test(text.charAt(next.at)) || isAside(text, content, spans)) return null;
  if (next.kind === "lower" && !(closing === "" && beginsUncapitalised(text, from, next, rules))) return null;
  const isIntroduced = hasQuote.test(closing) && isAnnounced(text, content, spans);
  if (isUnspaced) return endsUnspaced(text, border, closing, isIntroduced) ? border : null;
  if (hasQuote.test(closing) && !isIntroduced && goesOnAfterQuote(text, next, marks)) return null;
  if (isEllipsis.test(marks) || isSpacedEllipsis(text, from)) return endsOpenly(text, next) ? border : null;
  if (marks === "." || marks === "．") return stopEnds(fullStop(text, from, next, rules)) ? border : null;
  return isMarkedName(text, from) && !rules.isStarter(next.word) ? null : border;
}

/** Chat is written without any capital; then only a word that begins sentences tells that one does. */
function beginsUncapitalised(text: string, from: number, next: Next, rules: Rules): boolean {
  if (!isLetter(text.charAt(next.at)) || !rules.isStarter(next.word) || isMarkedName(text, from))
    return false;
  const before = text.slice(Math.max(0, from - lineLook), from);
  return !isUpper(before.slice(before.lastIndexOf("\n") + 1));
}

/** The last mark of ". . ." */
function isSpacedEllipsis(text: string, from: number): boolean {
  return /^\.[ \u00a0]\.$/.test(text.slice(Math.max(0, from - 2), from + 1));
}

function closeOf(text: string, to: number): number {
  const closed = to + matchAt(closers, text, to).length;
  const spaced = matchAt(spacedCloser, text, closed).length;
  return spaced === 0 ? closed : closed + spaced + matchAt(closers, text, closed + spaced).length;
}

/** Chinese and Japanese are also written with the marks of ASCII, then without a space behind them. */
function isWidePlace(text: string, from: number, to: number, marks: string): boolean {
  return /[!?]/.test(marks) && isWide(charBefore(text, from)) && isWide(charAt(text, closeOf(text, to)));
}

function endsUnspaced(
  text: string,
  { content, at }: Border,
  closing: string,
  isIntroduced: boolean,
): boolean {
  // What is in the marks of titles is a name.
  if (/[》〉]/.test(closing)) return false;
  const ahead = text.slice(at, at + 24);
  // A straight quote between a mark and a word may as well open as close.
  if (at === content && /["']$/.test(closing) && !isIntroduced) return false;
  if (/^と(?:思|言|聞|い[うっ])/.test(ahead) || /^[、，,：:；;]/.test(ahead)) return false;
  if (closing === "" || at > content + 1) return true;
  return !particle.test(ahead) && (isIntroduced || !attribution.test(ahead));
}

/** Whether the quotation that ends at `content` had its speaker named before it: "He said: “No.”" */
function isAnnounced(text: string, content: number, spans: Spans): boolean {
  const span = spanEndingAt(spans.soft, content);
  return span !== null && /[:：]/.test(charBefore(text, backOverSpace(text, span.from)));
}

/** A bracket that was opened inside a sentence leaves it open: "He won (again!) Tuesday." */
function isAside(text: string, content: number, spans: Spans): boolean {
  const span = spanEndingAt(spans.soft, content);
  if (span === null || !/[([（［]/.test(text.charAt(span.from))) return false;
  const before = backOverSpace(text, span.from);
  return (
    before > 0 &&
    !/[\p{Sentence_Terminal}…"”»:]/u.test(charBefore(text, before)) &&
    !text.slice(before, span.from).includes("\n")
  );
}

/** After an ellipsis only a capital tells; the English "I" and a source in brackets do not. */
function endsOpenly(text: string, next: Next): boolean {
  return next.kind === "upper" && !/^I['’]?$/.test(next.word) && !/[([]/.test(text.charAt(next.at));
}

/** Where no capital tells, and before "Tom asked", a quotation is taken for a part of what follows. */
function goesOnAfterQuote(text: string, next: Next, marks: string): boolean {
  if (next.kind === "uncased") return !next.isWide && !hasQuote.test(text.charAt(next.at));
  // A statement before "Tom said" would end in a comma.
  return marks !== "." && next.kind === "upper" && isLower(charAt(next.second, 0)) && speaks.has(next.second);
}

function isMarkedName(text: string, from: number): boolean {
  let start = from;
  while (from - start < 16 && isLetter(text.charAt(start - 1))) start--;
  return markedWords.has(text.slice(start, from).toLowerCase());
}
