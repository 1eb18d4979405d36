/**
 * Words as they are compared: both sides go through the same function.
 *
 * Lower case; punctuation away; hyphens and slashes part words; "mr", "mrs", "dr" written out; "ok" is "okay"; "%" and
 * "&" are words; whole numbers up to 9,999 become words (1,100–1,999 as years are read). Contractions stay as they are.
 */
export function normalise(text: string): string[] {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[’‘ʼ]/g, "'")
    .replace(/(\d),(?=\d{3}\b)/g, "$1")
    .replace(/%/g, " percent ")
    .replace(/&/g, " and ")
    .replace(/[^\p{L}\p{N}']+/gu, " ")
    .split(" ")
    .map((word) => word.replace(/^'+|'+$/g, ""))
    .filter((word) => word !== "")
    .flatMap((word) => (/^\d{1,4}$/.test(word) ? spell(Number(word)) : [spelledOut[word] ?? word]));
}

const spelledOut: Partial<Record<string, string>> = { mr: "mister", mrs: "missus", dr: "doctor", ok: "okay" };

const small =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

function spell(value: number): string[] {
  if (value < 20) return [small[value] ?? ""];
  if (value < 100) return [tens[Math.floor(value / 10) - 2] ?? "", ...rest(value % 10)];
  if (value < 1_000) return [small[Math.floor(value / 100)] ?? "", "hundred", ...rest(value % 100)];
  if (value >= 1_100 && value < 2_000) {
    const century = spell(Math.floor(value / 100));
    return value % 100 === 0 ? [...century, "hundred"] : [...century, ...spell(value % 100)];
  }
  return [small[Math.floor(value / 1_000)] ?? "", "thousand", ...rest(value % 1_000)];
}

function rest(value: number): string[] {
  return value === 0 ? [] : spell(value);
}
