/** What a browser's script may read (reference 1.2). */
export const EXPOSED_HEADERS = "dg-model-name,dg-model-uuid,dg-char-count,dg-request-id,dg-error";

/** A header line holds no line breaks and nothing outside Latin-1; messages may quote what the client sent. */
export function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}
