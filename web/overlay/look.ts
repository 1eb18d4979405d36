export type Look = {
  /** CSS length of the letters. */
  readonly size: string;
  readonly lines: number;
};

const standard: Look = { size: "5vh", lines: 2 };

/** Reads `?size=6` (per cent of the picture's height) or `?size=48px`, and `?lines=3`. What makes no sense is left at its default. */
export function lookOf(search: string): Look {
  const parameters = new URLSearchParams(search);
  const size = /^(\d{1,3}(?:\.\d{1,2})?)(px|vh)?$/.exec(parameters.get("size") ?? "");
  const lines = Number(parameters.get("lines") ?? Number.NaN);
  return {
    size: size === null || Number(size[1]) === 0 ? standard.size : `${size[1]}${size[2] ?? "vh"}`,
    lines: Number.isInteger(lines) && lines >= 1 && lines <= 10 ? lines : standard.lines,
  };
}
