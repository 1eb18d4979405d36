import { gapInWords } from "../../client/display/paragraphs.ts";
import { CaptionwireError, type Segment } from "../../client/index.ts";
import { closeDirections } from "../../shared/direction.ts";
import { plain } from "../../shared/export/plain.ts";

/** Writes `text` in the line's place, nothing removes it. Answers the line as it is then, `null` when it is gone. */
export type Correct = (id: string, text: string) => Promise<Segment | null>;

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

/**
 * A line of the transcript that can be corrected where it stands. What was typed is lost only by cancelling: a refusal, or a
 * line that was changed or removed by others meanwhile, is told in words beside it.
 */
export function createCorrectionRow(
  first: Segment,
  { mayCorrect, correct, handleWork }: RowOptions,
): CorrectionRow {
  let segment = first;
  let isGone = false;
  let work: "none" | "editing" | "asking" | "saving" = "none";

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
    const shown = segment.kind === "gap" ? gapInWords(segment) : closeDirections(plain(segment.text));
    if (text.textContent !== shown) text.textContent = shown;
    text.className = `line ${segment.kind}`;
  }

  function drawButtons(): void {
    if (!mayCorrect) return;
    const which = `the line of ${time.textContent}`;
    const correctButton = button(segment.kind === "gap" ? "Fill in" : "Correct", which, edit);
    // What was lost cannot be taken back.
    const removeButton = segment.kind === "gap" ? [] : [button("Remove", which, askToRemove)];
    buttons.replaceChildren(correctButton, ...removeButton);
    setStop(element.tabIndex === 0);
  }

  function setStop(isStop: boolean): void {
    element.tabIndex = isStop ? 0 : -1;
    for (const each of buttons.querySelectorAll("button")) each.tabIndex = element.tabIndex;
  }

  /** Ends whatever was begun; the focus goes back to the line if it was inside. */
  function rest(): void {
    const hadFocus = element.contains(document.activeElement);
    work = "none";
    for (const extra of element.querySelectorAll(".edit, .ask")) extra.remove();
    text.hidden = false;
    buttons.hidden = false;
    draw();
    drawButtons();
    if (hadFocus) element.focus();
    handleWork();
  }

  function begin(what: "editing" | "asking", extra: HTMLElement): void {
    work = what;
    buttons.hidden = true;
    element.append(extra);
    handleWork();
  }

  function edit(): void {
    if (work !== "none" || !mayCorrect) return;
    const base = segment;
    const form = document.createElement("form");
    form.className = "edit";
    const field = document.createElement("textarea");
    field.rows = 2;
    field.dir = "auto";
    field.value = base.kind === "gap" ? "" : plain(base.text);
    const label = document.createElement("label");
    label.append(unseen(`Text of the line of ${time.textContent}`), field);
    const save = document.createElement("button");
    save.textContent = "Save";
    save.className = "first";
    const problem = create("p", "problem");
    problem.setAttribute("role", "status");
    const actions = create("div", "actions");
    actions.append(save, button("Cancel", "", rest));
    form.append(label, actions, problem);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void submit();
    });
    field.addEventListener("keydown", (event) => {
      // Enter also ends a word that is being composed.
      if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
      if (event.key === "Escape") rest();
    });
    tellProblem = (words) => {
      problem.textContent = words;
    };
    begin("editing", form);
    text.hidden = base.kind === "speech";
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);

    async function submit(): Promise<void> {
      if (work !== "editing") return;
      const typed = plain(field.value);
      if (typed === "") {
        tellProblem(
          base.kind === "gap"
            ? "Write what was said, or cancel."
            : "A line needs words. To take it away, cancel and press Remove.",
        );
        return;
      }
      if (typed === plain(base.text) && !isGone && segment === base) {
        rest();
        return;
      }
      await send(typed, "editing");
    }
  }
  let tellProblem = (_words: string): void => {};

  function askToRemove(): void {
    if (work !== "none" || !mayCorrect || segment.kind === "gap") return;
    const ask = create("div", "ask");
    const problem = create("p", "problem");
    problem.setAttribute("role", "status");
    const keep = button("Keep", "", rest);
    const question = create("p", "question");
    question.textContent = "Remove this line for everybody?";
    const actions = create("div", "actions");
    actions.append(
      button("Remove", "this line for everybody", () => {
        if (work === "asking") void send("", "asking");
      }),
      keep,
    );
    ask.append(question, actions, problem);
    ask.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") rest();
    });
    tellProblem = (words) => {
      problem.textContent = words;
    };
    begin("asking", ask);
    keep.focus();
  }

  async function send(words: string, during: "editing" | "asking"): Promise<void> {
    work = "saving";
    tellProblem("Saving");
    try {
      const now = await correct(segment.id, words);
      if (now === null) isGone = true;
      else segment = now;
      rest();
    } catch (error) {
      work = during;
      tellProblem(`Not saved. ${refusalInWords(error)}`);
    }
  }

  draw();
  drawButtons();
  return {
    element,
    get isBusy() {
      return work !== "none";
    },
    show(next) {
      if (next === null) {
        if (!isGone && work === "editing")
          tellProblem("This line was removed meanwhile. Copy what you have typed if you need it.");
        isGone = true;
        return;
      }
      const isOther = next.text !== segment.text;
      segment = next;
      draw();
      if (work === "none") drawButtons();
      else if (isOther && work === "editing")
        tellProblem(`Meanwhile it was changed to “${text.textContent}”. Save replaces that.`);
    },
    setStop,
    edit,
    askToRemove,
  };
}

function refusalInWords(error: unknown): string {
  if (!(error instanceof CaptionwireError)) return "The service's answer could not be read.";
  switch (error.code) {
    case "not_found":
      return "This line is no longer in the room. Copy what you have typed if you need it.";
    case "scope_missing":
      return "This link may not correct captions: its token lacks the scope captions:edit.";
    case "token_expired":
      return "This link has expired. Ask for a new one; what you have typed stays here.";
    default:
      return error.message;
  }
}

function create<Name extends "p" | "span" | "div">(name: Name, className: string) {
  const element = document.createElement(name);
  element.className = className;
  return element;
}

/** @param about what it is for, where the page does not say it to who sees it not */
function button(words: string, about: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.append(words);
  if (about !== "") element.append(unseen(` ${about}`));
  element.addEventListener("click", act);
  return element;
}

function unseen(words: string): HTMLElement {
  const element = create("span", "unseen");
  element.textContent = words;
  return element;
}
