import { part } from "../page.ts";
import { audioOf, findFormat, formats, queryOf } from "./formats.ts";
import { canStream } from "./media.ts";

const voice = part("voice", HTMLSelectElement);
const format = part("format", HTMLSelectElement);
const detail = part("detail", HTMLSelectElement);
const units = { sample_rate: ["Sample rate", "Hz"], bit_rate: ["Bit rate", "bit/s"] } as const;
const numbers = new Intl.NumberFormat("en");

/** Deepgram's parameters, as they are chosen. */
export function chosenQuery(): Record<string, string> {
  return { model: voice.value, ...queryOf(findFormat(format.value), Number(detail.value)) };
}

/** Fills the fields of the format, and follows what is chosen. */
export function connectChoice(): void {
  format.replaceChildren(...formats.map(({ id, label }) => new Option(label, id)));
  format.addEventListener("change", showDetail);
  showDetail();
}

function showDetail(): void {
  const { detail: wanted } = findFormat(format.value);
  part("detail-label", HTMLLabelElement).hidden = wanted === null;
  if (wanted !== null) {
    const [name, unit] = units[wanted.parameter];
    part("detail-name", HTMLElement).textContent = name;
    detail.replaceChildren(
      ...wanted.values.map((value) => new Option(`${numbers.format(value)} ${unit}`, String(value))),
    );
  }
  part("heard", HTMLElement).textContent = heardInWords();
}

function heardInWords(): string {
  const audio = audioOf(chosenQuery());
  return audio.kind === "samples" || canStream(audio.mediaType)
    ? "Heard while it comes."
    : "This browser plays this format once all of it has come.";
}
