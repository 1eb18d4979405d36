import { CaptionwireError, type Segment } from "../../client/index.ts";
import { plain } from "../../shared/export/plain.ts";
import { segmentInWords } from "../../shared/words.ts";
import {
  type CorrectionForm,
  create,
  createButton,
  createEditForm,
  createRemoveQuestion,
} from "./correction-form.ts";
import { mayNotCorrect } from "./rights.ts";

/** Writes `text` in a line's place; none removes it. Answers the line as it is then, `null` when it is gone. */
type Correct = (id: string, text: string) => Promise<Segment | null>;

export type CorrectionRow = {
  readonly element: HTMLLIElement;
  /** Somebody works on it: it stays where it is, whatever becomes of the line. */
  readonly isBusy: boolean;
  /** The line as the room has it now; `null`: it is gone. */
  show(segment: Segment | null): void;
  /** Whether the Tab key stops here. */
  setStop(isStop: boolean): void;
  edit(): void;
  askToRemove(): void;
};

type RowOptions = {
  /** Otherwise it is there to be read. */
  readonly mayCorrect: boolean;
  readonly correct: Correct;
  /** Somebody begins to work on it, or has ended. */
  handleWork(): void;
};

type Work =
  | { readonly kind: "none" }
  /** `base` is the line as it was when it was begun. */
  | { readonly kind: "editing" | "asking"; readonly form: CorrectionForm; readonly base: Segment };

/**
 * A line of the transcript that can be corrected where it stands. What was typed is lost only by cancelling: a refusal, or a
 * line that was changed or removed by others meanwhile, is told in words beside it.
 */
export function createCorrectionRow(first: Segment, { mayCorrect, correct, handleWork }: RowOptions) {
  let segment = first;
  let isGone = false;
  let isSaving = false;
  let work: Work = { kind: "none" };

  const element = document.createElement("li");
  element.tabIndex = -1;
  const text = create("p", "line");
  text.dir = "auto";
  const time = document.createElement("time");
  const mark = create("span", "mark");
  const about = create("p", "about");
  about.append(time, mark);
  const buttons = create("div", "actions");
  element.append(about, text, buttons);

  function draw(): void {
    const at = new Date(segment.at);
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleTimeString();
    mark.textContent = segment.edited === true ? "corrected" : "";
    const shown = segmentInWords(segment);
    if (text.textContent !== shown) text.textContent = shown;
    text.className = `line ${segment.kind}`;
  }

  const which = (): string => `the line of ${time.textContent}`;

  function drawButtons(): void {
    if (!mayCorrect) return;
    const isGap = segment.kind === "gap";
    const correctButton = createButton(isGap ? "Fill in" : "Correct", which(), edit);
    // What was lost cannot be taken away.
    buttons.replaceChildren(correctButton, ...(isGap ? [] : [createButton("Remove", which(), askToRemove)]));
    setStop(element.tabIndex === 0);
  }

  function setStop(isStop: boolean): void {
    element.tabIndex = isStop ? 0 : -1;
    for (const each of buttons.querySelectorAll("button")) each.tabIndex = element.tabIndex;
  }

  function begin(kind: "editing" | "asking", form: CorrectionForm): void {
    work = { kind, form, base: segment };
    buttons.hidden = true;
    text.hidden = kind === "editing" && segment.kind === "speech";
    element.append(form.element);
    handleWork();
    form.first.focus();
  }

  /** Ends what was begun; the focus goes back to the line if it was inside. */
  function end(): void {
    if (work.kind === "none") return;
    const hadFocus = element.contains(document.activeElement);
    work.form.element.remove();
    work = { kind: "none" };
    text.hidden = false;
    buttons.hidden = false;
    draw();
    drawButtons();
    if (hadFocus) element.focus();
    handleWork();
  }

  function edit(): void {
    if (work.kind !== "none" || !mayCorrect) return;
    const words = segment.kind === "gap" ? "" : plain(segment.text);
    begin("editing", createEditForm({ about: which(), text: words, save, cancel: end }));
  }

  function askToRemove(): void {
    if (work.kind !== "none" || !mayCorrect || segment.kind === "gap") return;
    begin("asking", createRemoveQuestion({ remove: () => void send(""), keep: end }));
  }

  function save(typed: string): void {
    if (work.kind !== "editing") return;
    const { base, form } = work;
    const words = plain(typed);
    if (words === "") {
      form.tell(
        base.kind === "gap"
          ? "Write what was said, or cancel."
          : "A line needs words. To take it away, cancel and press Remove.",
      );
    } else if (
      base.kind === "speech" &&
      words === plain(base.text) &&
      segment.text === base.text &&
      !isGone
    ) {
      end();
    } else {
      void send(words);
    }
  }

  async function send(words: string): Promise<void> {
    if (work.kind === "none" || isSaving) return;
    const { form } = work;
    isSaving = true;
    form.tell("Saving");
    try {
      const now = await correct(segment.id, words);
      if (now === null) isGone = true;
      else segment = now;
      end();
    } catch (error) {
      form.tell(`Not saved. ${refusalInWords(error)}`);
    } finally {
      isSaving = false;
    }
  }

  function show(next: Segment | null): void {
    if (next === null) {
      if (!isGone && work.kind === "editing") work.form.tell(`This line was removed meanwhile. ${copyIt}`);
      isGone = true;
      return;
    }
    if (next === segment) return;
    const isOther = next.text !== segment.text;
    segment = next;
    draw();
    if (work.kind === "none") drawButtons();
    else if (isOther && !isSaving && work.kind === "editing")
      work.form.tell(`Meanwhile it was changed to “${text.textContent}”. Save replaces that.`);
  }

  draw();
  drawButtons();
  const row: CorrectionRow = {
    element,
    get isBusy() {
      return work.kind !== "none";
    },
    show,
    setStop,
    edit,
    askToRemove,
  };
  return row;
}

const copyIt = "Copy what you have typed if you need it.";

function refusalInWords(error: unknown): string {
  if (!(error instanceof CaptionwireError)) return "The service's answer could not be read.";
  switch (error.code) {
    case "not_found":
      return `This line is no longer in the room. ${copyIt}`;
    case "scope_missing":
      return mayNotCorrect;
    case "token_expired":
      return "This link has expired. Ask for a new one; what you have typed stays here.";
    default:
      return error.message;
  }
}
