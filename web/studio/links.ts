import { part } from "../page.ts";

const pages = ["watch", "overlay"] as const;

/** Points the links to the viewers' pages of a room. */
export function showLinks(room: string): void {
  for (const page of pages) {
    const link = part(page, HTMLAnchorElement);
    link.href = `/${page}/${room}`;
    link.textContent = link.href;
  }
}

export function connectCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copies]")) {
    button.addEventListener("click", () => void copy(button));
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const link = part(button.dataset.copies ?? "", HTMLAnchorElement);
  const said = part("copied", HTMLElement);
  try {
    await navigator.clipboard.writeText(link.href);
    said.textContent = `Copied ${link.href}`;
  } catch {
    // No right to the clipboard: select the address instead, so that one key copies it.
    getSelection()?.selectAllChildren(link);
    said.textContent = "Press Ctrl+C or ⌘C to copy the selected address.";
  }
}
