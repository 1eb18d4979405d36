import { html, type TemplateResult } from "lit/html.js";

/** A line of text; what stands between backticks is code. */
export function line(text: string): TemplateResult {
  const pieces = text.split("`");
  return html`${pieces.map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : piece))}`;
}

/** Paragraphs, parted by empty lines. */
export function prose(text: string): TemplateResult {
  return html`${text.split(/\n{2,}/).map((paragraph) => html`<p>${line(paragraph)}</p>`)}`;
}
