import { html, type TemplateResult } from "lit";
import { type Choice, choices, type Reader } from "./reader.ts";

/** What the choices are called, in the order in which they are offered. */
const groups: readonly { readonly title: string; readonly fields: Partial<Record<Choice, Field>> }[] = [
  {
    title: "Reading",
    fields: {
      mode: {
        label: "Words",
        options: { fast: "Fast: at once", steady: "Steady: when final" },
      },
      lines: { label: "Lines", options: { auto: "As the page has it", all: "As many as fit" } },
      position: {
        label: "Position",
        options: { auto: "As the page has it", top: "Top", middle: "Middle", bottom: "Bottom" },
      },
      speakers: {
        label: "Speakers",
        options: { arrows: ">> marks another", names: "Names", colours: "Colours" },
      },
    },
  },
  {
    title: "Letters",
    fields: {
      size: { label: "Size", unit: "%" },
      font: {
        label: "Font",
        options: {
          default: "The page's own",
          "mono-serif": "Typewriter, with serifs",
          serif: "With serifs",
          "mono-sans": "Typewriter, plain",
          sans: "Plain",
          casual: "Casual",
          cursive: "Cursive",
          "small-caps": "Small capitals",
        },
      },
      edge: {
        label: "Edge",
        options: {
          none: "None",
          raised: "Raised",
          depressed: "Depressed",
          uniform: "Uniform",
          "drop-shadow": "Drop shadow",
        },
      },
      ink: { label: "Colour", options: { auto: "As the page has it" } },
      inkOpacity: { label: "Opacity", unit: "%" },
    },
  },
  {
    title: "Ground",
    fields: {
      back: { label: "Behind the text", options: { none: "Nothing" } },
      backOpacity: { label: "Its opacity", unit: "%" },
      window: { label: "Window", options: { auto: "As the page has it" } },
      windowOpacity: { label: "Its opacity", unit: "%" },
    },
  },
  {
    title: "Screen readers",
    fields: {
      log: { label: "Announce captions", options: { off: "No", on: "Each one that is final" } },
    },
  },
];

type Field = {
  readonly label: string;
  /** Values that have another name than themselves. */
  readonly options?: Readonly<Record<string, string>>;
  readonly unit?: string;
};

type Handlers = {
  readonly handleChoice: (choice: Choice, value: string) => void;
  readonly handleReset: () => void;
};

/** The reader's settings with a preview: a dialog, to be opened by `showModal()`. It is closed by its button or by Escape. */
export function settingsDialog(reader: Reader, handlers: Handlers): TemplateResult {
  return html`
    <dialog part="settings" aria-labelledby="settings-title">
      <form method="dialog">
        <h2 id="settings-title">Caption settings</h2>
        <div class="preview captions" role="img" aria-label="Preview: captions as they will look">
          <div class="window"><div class="text">
            <p class="speech"><span>This is how captions will look.</span></p>
            <p class="speech other" data-voice="1" data-name="Speaker 2"><span>And this is somebody else.</span></p>
          </div></div>
        </div>
        ${groups.map(({ title, fields }) => html`<fieldset><legend>${title}</legend>${all(fields, reader, handlers)}</fieldset>`)}
        <div class="actions">
          <button type="button" @click=${handlers.handleReset}>Reset</button>
          <button class="first">Done</button>
        </div>
      </form>
    </dialog>
  `;
}

function all(
  fields: Partial<Record<Choice, Field>>,
  reader: Reader,
  { handleChoice }: Handlers,
): TemplateResult[] {
  return keys(fields).map((choice) => {
    const field = fields[choice];
    const change = ({ currentTarget }: Event): void => {
      if (currentTarget instanceof HTMLSelectElement) handleChoice(choice, currentTarget.value);
    };
    return html`
      <label>${field?.label}
        <select name=${choice} @change=${change}>
          ${ordered(choice).map((value) => html`<option value=${value} .selected=${value === reader[choice]}>${named(value, field)}</option>`)}
        </select>
      </label>
    `;
  });
}

function keys(fields: Partial<Record<Choice, Field>>): Choice[] {
  return Object.keys(fields).filter((key): key is Choice => key in choices);
}

/** Sizes from small to large: their default is not the smallest. */
function ordered(choice: Choice): readonly string[] {
  return choice === "size" ? [...choices.size].sort((a, b) => Number(a) - Number(b)) : choices[choice];
}

function named(value: string, field: Field | undefined): string {
  const name = field?.options?.[value] ?? value.charAt(0).toUpperCase() + value.slice(1);
  return field?.unit === undefined ? name : `${name} ${field.unit}`;
}
