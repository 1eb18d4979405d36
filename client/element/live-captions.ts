import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { tokenOf } from "../connection.ts";
import type { Captions, CaptionsFrame, Link, TokenSource } from "../index.ts";
import { noCaptions } from "../transcript.ts";
import { clearAfterMsOf, linesOf, positionOf, speakerName, type Written } from "./attributes.ts";
import { controlsSheet } from "./controls-sheet.ts";
import { lookOf, type Theme } from "./look.ts";
import { type OpenRoom, openRoom } from "./open-room.ts";
import { type Choice, type Reader, standardReader, withChoice } from "./reader.ts";
import { keepReader, keptReader, watchReader } from "./reader-store.ts";
import type { Screen } from "./screen.ts";
import { settingsDialog } from "./settings.ts";
import { sheet } from "./sheet.ts";
import { askForToken } from "./token-from.ts";

const connecting: Link = { state: "connecting" };
const prefersDark = "(prefers-color-scheme: dark)";
/** What a change of them asks the room anew for. */
const addresses = ["src", "room", "tenant", "token", "tokenFrom", "keepSegments"] as const;

/**
 * `<live-captions room="demo">`: the captions of a room, anywhere, with the reader's own settings.
 *
 * | Attribute | |
 * | --- | --- |
 * | `src` | http(s) origin of the Worker; by default that of the page |
 * | `room` | the room; without it nothing is asked for |
 * | `token` | a token with `captions:view`; left out for public rooms |
 * | `token-from` | where to ask for `{"token"}`, whenever one is needed; the property `tokenSource` does the same by a function |
 * | `tenant` | of a public room, where the Worker serves several |
 * | `lines` | how many, or `all` that fit into the height that the page gives it; 3 by default. The reader's choice goes first, as with all that follow |
 * | `position` | `top`, `middle` or `bottom` of the element |
 * | `theme` | `dark` (default), `light`, or `auto` as the browser prefers |
 * | `controls` | `none` leaves out the button for the reader's settings; `openSettings()` is there all the same |
 * | `clear-after` | seconds after the programme's end until its words leave the screen, or `never`; 60 by default |
 * | `keep-segments` | captions that are kept of what was said, so that a page may run for days; all by default |
 * | `speaker-names` | names in the order of the speakers' numbers, with commas between |
 *
 * Its controls are in English; the captions are in whatever language is spoken, which `lang` on the element tells.
 *
 * Tells of `captions` (detail: `{captions, frame}`) after each frame, and of `link` (detail: the `Link`).
 */
export class LiveCaptions extends LitElement {
  static override properties = {
    src: {},
    room: {},
    token: {},
    tokenFrom: { attribute: "token-from" },
    tokenSource: { attribute: false },
    tenant: {},
    lines: {},
    position: {},
    theme: {},
    controls: {},
    clearAfter: { attribute: "clear-after" },
    keepSegments: { attribute: "keep-segments", type: Number },
    speakerNames: { attribute: "speaker-names" },
    reader: { state: true },
    isFollowing: { state: true },
    isFetching: { state: true },
    problem: { state: true },
    isDark: { state: true },
  };
  static override styles = [sheet, controlsSheet];

  declare src: Written;
  declare room: Written;
  declare token: Written;
  declare tokenFrom: Written;
  declare tokenSource: TokenSource | undefined;
  declare tenant: Written;
  declare lines: Written;
  declare position: Written;
  declare theme: Written;
  declare controls: Written;
  declare clearAfter: Written;
  declare keepSegments: number | null;
  declare speakerNames: Written;
  declare protected reader: Reader;
  declare protected isFollowing: boolean;
  declare protected isFetching: boolean;
  declare protected problem: string;
  declare protected isDark: boolean;

  #opened: OpenRoom | null = null;
  #unwatch = (): void => {};
  readonly #scheme = matchMedia(prefersDark);

  constructor() {
    super();
    this.src = "";
    this.room = "";
    this.token = "";
    this.tokenFrom = "";
    this.tokenSource = undefined;
    this.tenant = "";
    this.lines = "3";
    this.position = "bottom";
    this.theme = "dark";
    this.controls = "";
    this.clearAfter = "60";
    this.keepSegments = null;
    this.speakerNames = "";
    this.reader = standardReader;
    this.isFollowing = true;
    this.isFetching = false;
    this.problem = "";
    this.isDark = this.#scheme.matches;
  }

  /** What is held of the room: all of it since the newest snapshot, whether it is on the screen or not. */
  get captions(): Captions {
    return this.#opened?.subscription.captions ?? noCaptions;
  }

  get link(): Link {
    return this.#opened?.subscription.link ?? connecting;
  }

  /** Opens the reader's settings, as the button does. */
  openSettings(): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog?.open === false) dialog.showModal();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.reader = keptReader();
    this.#unwatch = watchReader((reader) => {
      this.reader = reader;
    });
    this.#scheme.addEventListener("change", this.#handleScheme);
    // One that was moved to another place of the page has been drawn already.
    if (this.hasUpdated) this.#enter();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch();
    this.#scheme.removeEventListener("change", this.#handleScheme);
    // One that stands open elsewhere would not be modal any more, and could not be opened again.
    this.renderRoot.querySelector("dialog")?.close();
    this.#leave();
  }

  protected override render(): TemplateResult {
    const { reader } = this;
    return html`
      <div class="frame" part="frame" id="frame"
        data-lines=${this.#lines() === "all" ? "all" : "some"}
        data-position=${reader.position === "auto" ? positionOf(this.position) : reader.position}
        data-speakers=${reader.speakers}>
        <div class="bar" part="bar">
          <p class="state" part="state" id="state"></p>
          <p class="unseen" role="status" id="announced"></p>
          <button class="jump" part="button" type="button" ?hidden=${this.isFollowing} @click=${this.#jump}>Jump to live</button>
          ${this.controls === "none" ? "" : html`<button part="button" type="button" @click=${this.openSettings}>Caption settings</button>`}
        </div>
        <div class="stage">
          <div class="captions window" part="window" id="scroller" role="region" aria-label="Captions of ${this.room}" tabindex="0">
            <div class="earlier" id="earlier" hidden>
              <button part="button" type="button" aria-disabled=${this.isFetching} @click=${this.#showEarlier}>Show earlier captions</button>
              <p role="status" id="problem">${this.problem}</p>
            </div>
            <div class="text" part="text" id="content"></div>
          </div>
        </div>
        <div class="unseen" role="log" aria-label="Captions, one line each" id="log"></div>
        ${settingsDialog(reader, {
          handleChoice: this.#choose,
          handleReset: () => keepReader(standardReader),
        })}
      </div>
    `;
  }

  protected override updated(changed: PropertyValues): void {
    const before = changed.get("tokenSource");
    const isOtherSource =
      changed.has("tokenSource") && !(typeof before === "function" && typeof this.tokenSource === "function");
    const isOfRoom = isOtherSource || addresses.some((name) => changed.has(name));
    if (isOfRoom && this.isConnected) {
      this.#enter();
      return;
    }
    const screen = this.#opened?.screen;
    if (screen === undefined) {
      this.#setLook();
      return;
    }
    screen.around(() => this.#setLook());
    if (changed.has("speakerNames")) screen.renamed();
    this.#applyChoices(screen);
  }

  #setLook(): void {
    const { style } = this.#part("frame");
    for (const [name, value] of Object.entries(lookOf(this.reader, this.#theme()))) {
      style.setProperty(name, value);
    }
    style.setProperty("--lines", this.#lines());
  }

  #applyChoices(screen: Screen): void {
    screen.setMode(this.reader.mode);
    screen.setLog(this.reader.log === "on");
    screen.setClearAfter(clearAfterMsOf(this.clearAfter));
  }

  #enter(): void {
    this.#leave();
    this.#setLook();
    if (!this.room) return;
    const opened = openRoom({
      address: {
        url: this.src || location.origin,
        room: this.room,
        token: this.#token(),
        ...(this.tenant ? { tenant: this.tenant } : {}),
        ...(this.keepSegments ? { keepSegments: this.keepSegments } : {}),
      },
      parts: {
        state: this.#part("state"),
        announced: this.#part("announced"),
        scroller: this.#part("scroller"),
        earlier: this.#part("earlier"),
        content: this.#part("content"),
        log: this.#part("log"),
      },
      nameOf: (speaker) => speakerName(this.speakerNames, speaker),
      handleFollowing: (isFollowing) => {
        this.isFollowing = isFollowing;
      },
      handleCaptions: (captions, frame) => this.#tell("captions", { captions, frame }),
      handleLink: (link) => this.#tell("link", link),
    });
    this.#opened = opened;
    this.#applyChoices(opened.screen);
  }

  /** Nobody may read one room's words under the state of another. */
  #leave(): void {
    this.#opened?.close();
    this.#opened = null;
    this.isFollowing = true;
    this.isFetching = false;
    this.problem = "";
  }

  /** A function is asked as the page has it when a token is needed: frameworks set another one with each of their renders. */
  #token(): TokenSource {
    const { tokenSource, tokenFrom, token } = this;
    if (typeof tokenSource === "function") return () => tokenOf(this.tokenSource ?? tokenSource);
    return tokenSource ?? (tokenFrom ? () => askForToken(tokenFrom) : token || null);
  }

  readonly #choose = (choice: Choice, value: string): void => {
    keepReader(withChoice(this.reader, choice, value));
  };

  readonly #jump = (): void => {
    this.#opened?.screen.jumpToLive();
    // The button is gone now; whoever has no mouse goes on in the captions.
    this.#part("scroller").focus();
  };

  readonly #showEarlier = async (): Promise<void> => {
    const opened = this.#opened;
    if (opened === null || this.isFetching) return;
    // Not `disabled`, which would take the focus from whoever has no mouse.
    this.isFetching = true;
    this.problem = "";
    let problem = "";
    try {
      await opened.screen.showEarlier(() => opened.subscription.earlier());
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    // Of a room that was left meanwhile nobody wants to know.
    if (opened !== this.#opened) return;
    this.problem = problem;
    this.isFetching = false;
  };

  readonly #handleScheme = (): void => {
    this.isDark = this.#scheme.matches;
  };

  #tell<T extends keyof LiveCaptionsEvents>(type: T, detail: LiveCaptionsEvents[T]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #lines(): string {
    return this.reader.lines === "auto" ? linesOf(this.lines) : this.reader.lines;
  }

  #theme(): Theme {
    if (this.theme === "auto") return this.isDark ? "dark" : "light";
    return this.theme === "light" ? "light" : "dark";
  }

  #part(id: string): HTMLElement {
    const part = this.renderRoot.querySelector(`#${id}`);
    if (part instanceof HTMLElement) return part;
    throw new Error(`The element has no #${id}.`);
  }
}

// A page may have been given two of these scripts.
if (customElements.get("live-captions") === undefined) customElements.define("live-captions", LiveCaptions);

export type LiveCaptionsEvents = {
  captions: { readonly captions: Captions; readonly frame: CaptionsFrame };
  link: Link;
};

declare global {
  interface HTMLElementTagNameMap {
    "live-captions": LiveCaptions;
  }
}
