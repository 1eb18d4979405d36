/** What it costs a reader when a line ends in a place; the numbers only compare with each other. */
export const breakCosts = { sentence: 0, clause: 2, phrase: 5, word: 9, torn: 24 } as const;

const sentenceEnd = /[.!?…。！？｡؟۔।॥][\p{Pe}\p{Pf}"']*$/u;
const clauseEnd = /[,;:،؛、，；：–—][\p{Pe}\p{Pf}"']*$/u;

/** Words that belong to what follows: a line neither ends with them nor, so far as it can choose, begins elsewhere. */
const leading = words(`
  a an the this that these those my your his her its our their no every each
  about above across after against along among around as at before behind below between beyond by down during for from
  in inside into like near of off on onto out over past since than through to toward towards under until up upon via
  with within without i he she we they and but or nor so yet because although though if unless when while where which who whose whether
  der die das den dem des ein eine einen einem einer eines kein keine an auf aus bei bis durch für gegen hinter im ins
  mit ich wir nach neben ohne seit über um unter vom von vor zu zum zur zwischen und oder aber denn weil dass wenn als ob wie
  le la les un une des du de d l au aux à dans en sur sous par pour avec sans chez vers et ou mais donc car que qui si
  el los las unos unas al del con sin por para según sobre entre hasta desde y e o u pero porque como
  il lo gli i uno di da con su per tra fra nel nella sul sulla che ma se perché
  os um uma uns umas do da dos das em no na nos nas ao pelo pela sem até mas
  het een van voor naar met op uit om bij tegen te en of maar want omdat dat
`);
const articles = words(`
  a an the my your his her its our their
  der das den dem des ein eine einen einem einer le la les un une el los las il lo gli os um uma het een
`);
/** Short forms before a name or number: their full stop ends nothing. */
const titles = words("mr mrs ms dr prof st rev gen sen capt col lt sgt gov no vs hr fr m mme sr sra");

/** The cost of a break between two pieces of text. */
export function breakCost(before: string, after: string): number {
  const bare = bareWord(before);
  if (before.endsWith(".") && (titles.has(bare) || /^\p{Lu}\.$/u.test(before))) return breakCosts.torn;
  // A full stop before a small letter is that of a short form.
  if (sentenceEnd.test(before)) return /^\p{Ll}/u.test(after) ? breakCosts.word : breakCosts.sentence;
  if (clauseEnd.test(before)) return breakCosts.clause;
  if (leading.has(bare)) return breakCosts.torn;
  const next = bareWord(after);
  return leading.has(next) && !articles.has(next) ? breakCosts.phrase : breakCosts.word;
}

function bareWord(text: string): string {
  return text.replace(/^\p{P}+|\p{P}+$/gu, "").toLowerCase();
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
