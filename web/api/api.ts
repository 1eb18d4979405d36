import { html, render } from "lit/html.js";
import { part } from "../page.ts";
import { type Description, fetchDescription, type Operation } from "./description.ts";
import { showOperation } from "./operation-view.ts";
import { line } from "./prose.ts";
import { schemasView } from "./schema-view.ts";

const place = part("operations", HTMLElement);
const schemas = part("schemas", HTMLElement);
const state = part("state", HTMLElement);
const announced = part("announced", HTMLElement);

const announce = (words: string): void => {
  announced.textContent = words;
};

function show({ groups, schemas: named, server }: Description): void {
  render(
    html`${groups.map(
      ({ name, description, operations }) => html`<section aria-labelledby="group-${name}">
        <h2 id="group-${name}">${name}</h2>
        <p class="note">${line(description)}</p>
        ${operations.map(
          (operation) => html`<details
            id=${operation.operationId}
            @toggle=${(event: Event) => handleToggle(event, operation, server)}
          >
            <summary>
              <h3>
                <span class="method">${operation.method}</span> <code>${operation.path}</code>
                <span class="about">${operation.summary}</span>
              </h3>
            </summary>
            <div class="operation"></div>
          </details>`,
        )}
      </section>`,
    )}`,
    place,
  );
  render(schemasView(named), schemas);
  schemas.hidden = false;
}

/** What nobody opens is not made. */
function handleToggle({ currentTarget }: Event, operation: Operation, server: string): void {
  if (!(currentTarget instanceof HTMLDetailsElement) || !currentTarget.open) return;
  const inside = currentTarget.querySelector<HTMLElement>(":scope > .operation");
  if (inside !== null && inside.childElementCount === 0) showOperation(inside, operation, server, announce);
}

/** What an address or a link leads to is open. */
function openTarget(): void {
  const target = document.getElementById(location.hash.slice(1));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.open = true;
  target.scrollIntoView();
}

try {
  show(await fetchDescription());
  state.hidden = true;
  openTarget();
  addEventListener("hashchange", openTarget);
} catch {
  state.textContent = "The description could not be loaded. Try again.";
  state.dataset.tone = "trouble";
}
