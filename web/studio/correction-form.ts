/** What is asked beside a line: for its words, or whether it may go. */
export type CorrectionForm = {
  readonly element: HTMLElement;
  /** Says something of it, in place of what was said before. */
  tell(words: string): void;
  /** What the focus begins with. */
  readonly first: HTMLElement;
};

type EditOptions = {
  /** Which line it is, for whoever does not see it. */
  readonly about: string;
  readonly text: string;
  save(typed: string): void;
  cancel(): void;
};

/** A field for the words of a line. Enter saves, Escape cancels. */
export function createEditForm({ about, text, save, cancel }: EditOptions): CorrectionForm {
  const form = document.createElement("form");
  form.className = "edit";
  const field = document.createElement("textarea");
  field.rows = 2;
  field.dir = "auto";
  field.value = text;
  const label = document.createElement("label");
  label.append(createUnseen(`Text of ${about}`), field);
  const saveButton = document.createElement("button");
  saveButton.textContent = "Save";
  saveButton.className = "first";
  const { problem, tell } = createProblem();
  form.append(label, createActions(saveButton, createButton("Cancel", "", cancel)), problem);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(field.value);
  });
  field.addEventListener("keydown", (event) => {
    // Enter also ends a word that is being composed.
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  onEscape(form, cancel);
  return { element: form, tell, first: field };
}

type QuestionOptions = { remove(): void; keep(): void };

/** Asks before a line goes; the focus is on what keeps it. */
export function createRemoveQuestion({ remove, keep }: QuestionOptions): CorrectionForm {
  const element = create("div", "ask");
  const question = create("p", "question");
  question.textContent = "Remove this line for everybody?";
  const keepButton = createButton("Keep", "", keep);
  const { problem, tell } = createProblem();
  const removeButton = createButton("Remove", "this line for everybody", remove);
  element.append(question, createActions(removeButton, keepButton), problem);
  onEscape(element, keep);
  return { element, tell, first: keepButton };
}

function onEscape(element: HTMLElement, act: () => void): void {
  element.addEventListener("keydown", ({ key, isComposing }) => {
    if (key === "Escape" && !isComposing) act();
  });
}

function createProblem() {
  const problem = create("p", "problem");
  problem.setAttribute("role", "status");
  return {
    problem,
    tell(words: string) {
      problem.textContent = words;
    },
  };
}

function createActions(...buttons: readonly HTMLElement[]): HTMLElement {
  const actions = create("div", "actions");
  actions.append(...buttons);
  return actions;
}

/** @param about what it is for, where only the page's looks say it */
export function createButton(words: string, about: string, act: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.append(words);
  if (about !== "") button.append(createUnseen(` ${about}`));
  button.addEventListener("click", act);
  return button;
}

export function create<Name extends "p" | "span" | "div">(name: Name, className: string) {
  const element = document.createElement(name);
  element.className = className;
  return element;
}

function createUnseen(words: string): HTMLElement {
  const element = create("span", "unseen");
  element.textContent = words;
  return element;
}
