import { css } from "lit";

/** The sheet of what stands around the captions: buttons, and the dialog with the reader's settings. */
export const controlsSheet = css`
  .earlier {
    padding-block: 0.25rem 0.75rem;
    font: 1rem / 1.4 system-ui, sans-serif;
    text-shadow: none;
  }

  .earlier p {
    margin-block-start: 0.25rem;
    /* What is said there moves nothing. */
    min-block-size: 1.4em;
  }

  /* It comes and goes: the others stay where they are. */
  .bar .jump {
    margin-inline-start: auto;
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
`;
