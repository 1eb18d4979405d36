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
    /* Not the page's: centred lines would move with every word. */
    text-align: start;
    text-indent: 0;
    text-transform: none;
    letter-spacing: normal;
    word-spacing: normal;
    white-space: normal;
    word-break: normal;
    hyphens: manual;
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

  @media (forced-colors: active) {
    .window {
      border: 1px solid CanvasText;
    }
  }
`;
