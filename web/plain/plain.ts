/**
 * Lets the plain page grow without being fetched anew. The page itself is asked for what comes next, by its own link
 * "Read on", and what it answers is set below what is there: nothing that stands is touched, and nothing is announced
 * unless the reader asks for that. A page that refreshes itself, or shows what is earlier, comes without this script.
 */
const afterTroubleMs = 15_000;
/** A connection that was cut while the machine slept may tell nothing of it. */
const answerWithinMs = 15_000;

const column = document.getElementById("captions");
const link = document.getElementById("on");
if (column !== null && link instanceof HTMLAnchorElement) grow(column, link);

function grow(column: HTMLElement, link: HTMLAnchorElement): void {
  let isPaused = false;
  let asking: XMLHttpRequest | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const next = (delayMs: number): void => {
    clearTimeout(timer);
    if (!isPaused && asking === null && !document.hidden) timer = setTimeout(ask, delayMs);
  };
  /** The page says how often it is worth while. */
  const everyMs = (): number => Number(link.dataset.seconds) * 1_000;

  function ask(): void {
    const request = new XMLHttpRequest();
    asking = request;
    // Parsed without being run: no text is taken for HTML by a script of ours.
    request.responseType = "document";
    request.addEventListener("loadend", () => {
      asking = null;
      const page = request.response instanceof Document ? request.response : null;
      if (request.status === 200 && page !== null) take(page);
      else if (page !== null && request.status < 429 && request.status >= 400) return end(page);
      next(request.status === 200 ? everyMs() : afterTroubleMs);
    });
    // Behind the last caption that stands here, and without what stands above it.
    const address = new URL(link.href);
    address.searchParams.set("only", "new");
    request.open("GET", address.href);
    request.timeout = answerWithinMs;
    request.send();
  }

  function take(page: Document): void {
    const fresh = page.querySelector("#captions > #new");
    for (let line: Element | null = fresh; line !== null; ) {
      const following: Element | null = line.nextElementSibling;
      line.removeAttribute("id");
      column.append(line);
      line = following;
    }
    const on = page.getElementById("on");
    if (on instanceof HTMLAnchorElement) {
      link.href = on.href;
      link.dataset.seconds = on.dataset.seconds;
    }
    const state = page.querySelector(".state")?.textContent ?? "";
    for (const place of document.querySelectorAll(".state")) tell(place, state);
    for (const told of document.querySelectorAll(".told")) tell(told, "");
  }

  function end(page: Document): void {
    tell(link.parentElement ?? column, page.querySelector("[role=alert]")?.textContent ?? "");
  }

  const pausing = button("Pause", () => {
    isPaused = !isPaused;
    pausing.textContent = isPaused ? "Go on" : "Pause";
    // What is on its way would come in spite of the pause.
    if (isPaused) asking?.abort();
    next(0);
  });
  const announcing = button("Announce new captions", () => {
    const isOn = column.getAttribute("role") !== "log";
    if (isOn) column.setAttribute("role", "log");
    else column.removeAttribute("role");
    announcing.setAttribute("aria-pressed", String(isOn));
  });
  announcing.setAttribute("aria-pressed", "false");
  const buttons = document.createElement("p");
  buttons.append("This page grows by itself. ", pausing, " ", announcing);
  document.querySelector("nav")?.prepend(buttons);

  document.addEventListener("visibilitychange", () => next(0));
  next(everyMs());
}

function tell(place: Element, words: string): void {
  if (place.textContent !== words) place.textContent = words;
}

function button(words: string, handleClick: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", handleClick);
  return made;
}
