import type { RoomSettings } from "../../shared/settings.ts";
import { part } from "../page.ts";
import type { Rights } from "./rights.ts";

const pages = ["watch", "overlay", "plain"] as const;

/** Points the links to the pages of a room, and writes the code that puts its captions into another page. */
export function showLinks(room: string, rights: Rights): void {
  const tenant = rights.kind === "link" ? rights.tenant : null;
  for (const page of pages) {
    const link = part(page, HTMLAnchorElement);
    const address = new URL(`/${page}/${room}`, location.origin);
    // Where a Worker serves several, whoever reads without a token has to say whose room it is.
    if (tenant !== null) address.searchParams.set("tenant", tenant);
    link.href = address.href;
    link.textContent = address.href;
  }
  // What may publish may see the figures.
  part("figures", HTMLAnchorElement).href = `/stats/${room}${location.hash}`;
  part("embed", HTMLElement).textContent = embedCode(location.origin, room, tenant);
}

export function embedCode(origin: string, room: string, tenant: string | null): string {
  const whose = tenant === null ? "" : ` tenant="${tenant}"`;
  return [
    `<script type="module" src="${origin}/live-captions.js"></script>`,
    `<live-captions room="${room}"${whose}></live-captions>`,
  ].join("\n");
}

/** What viewers need besides the address. `settings` is `null` where they are not known. */
export function accessInWords(settings: RoomSettings | null, rights: Rights): string {
  if (settings?.public === true) return "The room is public: whoever has the address reads along.";
  const token = "a token with the scope captions:view, made with POST /v1/tokens";
  const places =
    "The watch page and the overlay take it as #token=…, the plain page a single-use one as ?ticket=…; <live-captions> asks your server for it: token-from.";
  if (rights.kind === "none" && settings !== null) {
    return `On this machine the links work as they are. Elsewhere viewers need ${token}, unless the room is public. ${places}`;
  }
  return settings === null
    ? `Unless the room is public, viewers need ${token}. ${places}`
    : `The room is not public: make it so, or viewers need ${token}. ${places}`;
}

export function connectCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copies]")) {
    button.addEventListener("click", () => void copy(part(button.dataset.copies ?? "", HTMLElement)));
  }
}

async function copy(source: HTMLElement): Promise<void> {
  const said = part("copied", HTMLElement);
  const text = source.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = source instanceof HTMLAnchorElement ? `Copied ${text}` : "Copied the embed code";
  } catch {
    // No right to the clipboard: select it instead, so that one key copies it.
    getSelection()?.selectAllChildren(source);
    said.textContent = "Press Ctrl+C or ⌘C to copy what is selected.";
  }
}
