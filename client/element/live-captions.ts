import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import {
  type Captions,
  type CaptionsFrame,
  type Link,
  type Subscription,
  subscribe,
  type TokenSource,
} from "../index.ts";
import { noCaptions } from "../transcript.ts";
import { clearAfterMsOf, linesOf, positionOf, speakerName, type Written } from "./attributes.ts";
import { lookOf, type Theme } from "./look.ts";
import { type Choice, type Reader, standardReader, withChoice } from "./reader.ts";
import { keepReader, keptReader, watchReader } from "./reader-store.ts";
import { createScreen, type Screen } from "./screen.ts";
import { settingsDialog } from "./settings.ts";
import { sheet } from "./sheet.ts";
import { createStateLine } from "./state-line.ts";
import { tokenFrom } from "./token-from.ts";
import { inWords } from "./words.ts";

const connecting: Link = { state: "connecting" };
const prefersDark = "(prefers-color-scheme: dark)";
/** What a change of them asks the room anew for. */
const addresses = ["src", "room", "token", "tokenFrom", "tokenSource", "tenant"] as const;

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
    theme: { reflect: true },
    controls: {},
    clearAfter: { attribute: "clear-after" },
    keepSegments: { attribute: "keep-segments", type: Number },
    speakerNames: { attribute: "speaker-names" },
    reader: { state: true },
    isFollowing: { state: true },
    hasEarlier: { state: true },
    isFetching: { state: true },
    problem: { state: true },
    isDark: { state: true },
  };
  static override styles = sheet;

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
  declare protected hasEarlier: boolean;
  declare protected isFetching: boolean;
  declare protected problem: string;
  declare protected isDark: boolean;

  /** That of the last room stays, so that its captions can still be asked for. */
  #subscription: Subscription | null = null;
  #screen: Screen | null = null;
  #leave = (): void => {};
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
    this.hasEarlier = false;
    this.isFetching = false;
    this.problem = "";
    this.isDark = this.#scheme.matches;
  }

  /** What is held of the room: all of it since the newest snapshot, whether it is on the screen or not. */
  get captions(): Captions {
    return this.#subscription?.captions ?? noCaptions;
  }

  get link(): Link {
    return this.#subscription?.link ?? connecting;
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
          ${this.controls === "none" ? "" : html`<button part="button" type="button" @click=${this.openSettings}>Caption settings</button>`}
        </div>
        <div class="stage">
          <div class="captions window" part="window" id="scroller" role="region" aria-label="Captions" tabindex="0">
            <div class="earlier" ?hidden=${!this.hasEarlier}>
              <button part="button" type="button" aria-disabled=${this.isFetching} @click=${this.#showEarlier}>Show earlier captions</button>
              <p role="status" id="problem">${this.problem}</p>
            </div>
            <div class="text" part="text" id="content"></div>
          </div>
          <button class="jump" part="button" type="button" ?hidden=${this.isFollowing} @click=${this.#jump}>Jump to live</button>
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
    const isOfRoom = addresses.some((name) => changed.has(name));
    if (isOfRoom && this.isConnected) this.#enter();
    else if (this.#screen === null) this.#setLook();
    else this.#screen.around(() => this.#setLook());
    if (changed.has("speakerNames")) this.#screen?.renamed();
    if (this.#screen !== null) this.#applyChoices(this.#screen);
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
    const screen = createScreen({
      scroller: this.#part("scroller"),
      content: this.#part("content"),
      log: this.#part("log"),
      nameOf: (speaker) => speakerName(this.speakerNames, speaker),
      handleState: ({ isFollowing, hasEarlier }) => {
        this.isFollowing = isFollowing;
        this.hasEarlier = hasEarlier;
      },
    });
    const line = createStateLine(this.#part("state"), this.#part("announced"));
    let wasOpen = false;
    /** Its end is of no interest to the page that has left it for another room. */
    let isLeft = false;
    const tell = (link: Link, { status }: Captions): void => {
      wasOpen ||= link.state === "open";
      line.show(inWords(link, status, wasOpen));
    };
    const subscription = subscribe({
      url: this.src || location.origin,
      room: this.room,
      token: this.tokenSource ?? (this.tokenFrom ? tokenFrom(this.tokenFrom) : this.token || null),
      ...(this.tenant ? { tenant: this.tenant } : {}),
      ...(this.keepSegments ? { keepSegments: this.keepSegments } : {}),
      onChange: (captions, frame) => {
        screen.show(captions);
        tell(subscription.link, captions);
        this.#dispatch("captions", { captions, frame });
      },
      onLink: (link) => {
        if (isLeft) return;
        tell(link, subscription.captions);
        this.#dispatch("link", link);
      },
    });
    tell(subscription.link, subscription.captions);
    this.#applyChoices(screen);
    this.#screen = screen;
    this.#subscription = subscription;
    this.#leave = () => {
      isLeft = true;
      subscription.close();
      line.close();
      screen.close();
      this.#screen = null;
      // Nobody may read one room's words under the state of another.
      this.isFollowing = true;
      this.hasEarlier = false;
      this.isFetching = false;
      this.problem = "";
    };
  }

  readonly #choose = (choice: Choice, value: string): void => {
    keepReader(withChoice(this.reader, choice, value));
  };

  readonly #jump = (): void => {
    this.#screen?.jumpToLive();
    // The button is gone now; whoever has no mouse goes on in the captions.
    this.#part("scroller").focus();
  };

  readonly #showEarlier = async (): Promise<void> => {
    const subscription = this.#subscription;
    const screen = this.#screen;
    if (subscription === null || screen === null || this.isFetching) return;
    // Not `disabled`, which would take the focus from whoever has no mouse.
    this.isFetching = true;
    this.problem = "";
    try {
      await screen.showEarlier(() => subscription.earlier());
    } catch (error) {
      // Of a room that was left meanwhile nobody wants to know.
      if (screen === this.#screen) this.problem = error instanceof Error ? error.message : String(error);
    }
    if (screen === this.#screen) this.isFetching = false;
  };

  readonly #handleScheme = (): void => {
    this.isDark = this.#scheme.matches;
  };

  #dispatch(
    type: "captions" | "link",
    detail: LiveCaptionsEvents["captions"] | LiveCaptionsEvents["link"],
  ): void {
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

customElements.define("live-captions", LiveCaptions);

export type LiveCaptionsEvents = {
  captions: { readonly captions: Captions; readonly frame: CaptionsFrame };
  link: Link;
};

declare global {
  interface HTMLElementTagNameMap {
    "live-captions": LiveCaptions;
  }
}
