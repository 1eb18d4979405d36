import { css } from "lit";

/**
 * The sheet of `<live-captions>`. What the reader chose comes as custom properties (see `look.ts`); the page may give
 * the element a size, `--live-captions-size` for its letters, and style its parts.
 */
export const sheet = css`
  :host {
    --ui-ink: #1a1b1c;
    --ui-ground: #fbfaf7;
    --ui-panel: #ffffff;
    --ui-line: #6d7074;
    --ui-accent: #0a559e;
    --ui-on-accent: #ffffff;
    display: block;
    position: relative;
    min-block-size: 0;
    font-size: var(--live-captions-size, 1.5rem);
    line-height: 1.4;
  }

  :host([hidden]) {
    display: none;
  }

  * {
    box-sizing: border-box;
  }

  .frame {
    display: flex;
    flex-direction: column;
    block-size: 100%;
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    padding-block-end: 0.5rem;
    font-size: 1rem;
  }

  .state {
    margin: 0;
  }

  /* The dot repeats what the words say; it never says anything alone. */
  .state::before {
    content: "";
    display: inline-block;
    inline-size: 0.65em;
    block-size: 0.65em;
    margin-inline-end: 0.5em;
    border: 2px solid currentcolor;
    border-radius: 50%;
  }

  .state[data-tone="live"]::before {
    background: #1e8e4a;
    border-color: #1e8e4a;
  }

  .state[data-tone="trouble"]::before {
    background: #c55a00;
    border-color: #c55a00;
  }

  .stage {
    position: relative;
    flex: 1;
    min-block-size: 0;
    display: flex;
    flex-direction: column;
    justify-content: flex-end;
  }

  .frame[data-position="top"] .stage {
    justify-content: flex-start;
  }

  .frame[data-position="middle"] .stage {
    justify-content: center;
  }

  .captions {
    --line: 1.5em;
    font-family: var(--font);
    font-variant-caps: var(--caps);
    font-size: calc(1em * var(--scale));
    line-height: var(--line);
  }

  .window {
    overflow: hidden auto;
    /* A scrollbar that comes with the first line too many would wrap all others anew. */
    scrollbar-gutter: stable;
    /* The reader's place is kept by the script, in browsers without anchoring too. */
    overflow-anchor: none;
    overscroll-behavior: contain;
    padding-inline: 0.5em;
    color: var(--ink);
    background: var(--window);
    text-shadow: var(--edge);
    overflow-wrap: break-word;
    /* Plain wrapping: balanced or pretty lines would be wrapped anew with every word. */
    text-wrap: wrap;
  }

  @supports not (scrollbar-gutter: stable) {
    .window {
      overflow-y: scroll;
    }
  }

  /* Hung from their end, so whole lines leave at the top and the last one stays where it is. */
  .stage .window {
    display: flex;
    flex-direction: column;
    block-size: calc(var(--lines) * var(--line));
    max-block-size: 100%;
  }

  .frame[data-lines="all"] .stage .window {
    block-size: auto;
    min-block-size: 0;
    /* On a page that gives it no height: it would grow for ever, and never scroll. */
    max-block-size: var(--live-captions-height, 100vh);
    flex: 1;
    padding-block: 0.5em;
  }

  .window::before {
    content: "";
    flex: 1;
  }

  .text {
    max-inline-size: var(--live-captions-measure, none);
  }

  p {
    margin: 0;
    /* A letter with more marks upon it than a line is wide cannot be wrapped. */
    overflow-x: clip;
  }

  .frame[data-lines="all"] .text p + p {
    margin-block-start: calc(var(--line) / 2);
  }

  .text span {
    background: var(--back);
    -webkit-box-decoration-break: clone;
    box-decoration-break: clone;
  }

  /* The line stays as high as the others: whole lines are what leaves at the top. */
  .gap span {
    font-size: 0.8em;
  }

  /* Captioners' mark for another speaker; what follows the slash is for who listens to the page. */
  .frame[data-speakers="arrows"] .other::before,
  .frame[data-speakers="colours"] .other::before {
    /* For Firefox 115 and Safari 16, which do not know the second. */
    content: ">> ";
    content: ">> " / "Another speaker: ";
    background: var(--back);
  }

  .frame[data-speakers="names"] [data-name]::before {
    content: attr(data-name) ": ";
    font-weight: 700;
    background: var(--back);
  }

  .frame[data-speakers="colours"] [data-voice="0"] {
    color: var(--voice-0);
  }

  .frame[data-speakers="colours"] [data-voice="1"] {
    color: var(--voice-1);
  }

  .frame[data-speakers="colours"] [data-voice="2"] {
    color: var(--voice-2);
  }

  .frame[data-speakers="colours"] [data-voice="3"] {
    color: var(--voice-3);
  }

  .frame[data-speakers="colours"] [data-voice="4"] {
    color: var(--voice-4);
  }

  .frame[data-speakers="colours"] [data-voice="5"] {
    color: var(--voice-5);
  }

  .earlier {
    padding-block: 0.25rem 0.75rem;
    font: 1rem / 1.4 system-ui, sans-serif;
    text-shadow: none;
  }

  .earlier p {
    margin-block-start: 0.25rem;
  }

  .jump {
    position: absolute;
    inset-block-end: 0.75rem;
    inset-inline: 0;
    inline-size: max-content;
    margin-inline: auto;
    box-shadow: 0 2px 12px rgb(0 0 0 / 0.4);
  }

  button,
  select {
    min-block-size: 2.25rem;
    padding: 0.25rem 0.75rem;
    font: inherit;
    color: var(--ui-ink);
    background: var(--ui-panel);
    border: 1px solid var(--ui-line);
    border-radius: 0.4rem;
  }

  button {
    cursor: pointer;
  }

  button.first,
  .jump {
    color: var(--ui-on-accent);
    background: var(--ui-accent);
    border-color: var(--ui-on-accent);
  }

  button[aria-disabled="true"] {
    cursor: default;
    opacity: 0.7;
  }

  /* Two colours, so that it is seen on any ground. */
  :focus-visible {
    outline: 3px solid var(--ui-accent);
    outline-offset: 2px;
    box-shadow: 0 0 0 2px var(--ui-on-accent);
  }

  .window:focus-visible {
    outline-offset: -3px;
  }

  [hidden] {
    display: none !important;
  }

  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  dialog {
    inline-size: min(42rem, 100vw - 1rem);
    max-block-size: calc(100vh - 1rem);
    padding: 0;
    font-size: 1rem;
    line-height: 1.4;
    color: var(--ui-ink);
    background: var(--ui-ground);
    border: 1px solid var(--ui-line);
    border-radius: 0.6rem;
  }

  dialog::backdrop {
    background: rgb(0 0 0 / 0.4);
  }

  dialog form {
    display: grid;
    gap: 0.75rem;
    padding: 1rem 1rem 0;
    background: inherit;
  }

  dialog h2 {
    margin: 0;
    font-size: 1.125rem;
  }

  .preview {
    position: sticky;
    inset-block-start: 0;
    z-index: 1;
    font-size: min(calc(var(--live-captions-size, 1.5rem) * var(--scale)), 3rem);
    border: 1px solid var(--ui-line);
    /* Something to see through to. */
    background: repeating-conic-gradient(#9aa7b4 0 25%, #5d6a77 0 50%) 0 0 / 1.5rem 1.5rem;
  }

  fieldset {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr));
    gap: 0.5rem 1rem;
    min-inline-size: 0;
    margin: 0;
    padding: 0.5rem 0.75rem 0.75rem;
    border: 1px solid var(--ui-line);
    border-radius: 0.4rem;
  }

  label {
    display: block;
  }

  select {
    display: block;
    inline-size: 100%;
    margin-block-start: 0.25rem;
  }

  .actions {
    position: sticky;
    inset-block-end: 0;
    display: flex;
    padding-block: 0.75rem;
    background: inherit;
    justify-content: flex-end;
    gap: 0.75rem;
  }

  @media (prefers-color-scheme: dark) {
    :host {
      --ui-ink: #f2f1ed;
      --ui-ground: #121416;
      --ui-panel: #1b1e21;
      --ui-line: #8b9096;
      --ui-accent: #8fc6ff;
      --ui-on-accent: #0b1a28;
    }
  }

  @media (forced-colors: active) {
    .window {
      border: 1px solid CanvasText;
    }
  }
`;
