import { html, nothing, render, type TemplateResult } from "lit/html.js";
import * as v from "valibot";
import { MintedSchema } from "../../shared/minted.ts";
import { accessInWords, accessOf, keepToken, secretFor, secretForReading } from "./access.ts";
import { type Answer, isSocket, type Operation, type Parameter } from "./description.ts";
import { line, prose } from "./prose.ts";
import { asCurl, missingIn, requestOf, type Values } from "./request.ts";
import { typeView, wordsOf } from "./schema-view.ts";
import { type Received, send } from "./sending.ts";

type State =
  | { readonly kind: "idle" }
  | { readonly kind: "sending"; readonly received: Received | null }
  | { readonly kind: "over"; readonly received: Received | null; readonly problem: string | null };

/** Fills the place of an operation with what it is and a form to try it. @param announce says it to whoever does not see it */
export function showOperation(
  place: HTMLElement,
  operation: Operation,
  server: string,
  announce: (words: string) => void,
): void {
  const access = accessOf(operation);
  const examples = Object.entries(operation.requestBody?.content["application/json"]?.examples ?? {});
  let state: State = { kind: "idle" };
  let body = examples[0] === undefined ? "" : JSON.stringify(examples[0][1].value, null, 2);
  let values: Values = {
    parameters: Object.fromEntries(
      operation.parameters
        .filter(({ required, example }) => required && example !== undefined)
        .map(({ name, example }) => [name, String(example)]),
    ),
    body,
  };
  let sending = new AbortController();

  function become(next: State): void {
    state = next;
    draw();
  }

  function handleInput(event: Event): void {
    const { target } = event;
    const isField =
      target instanceof HTMLInputElement ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLTextAreaElement;
    if (!isField) return;
    const { name, value } = target;
    if (name === "example") {
      body = JSON.stringify(examples[Number(value)]?.[1].value, null, 2);
      values = { ...values, body };
    } else if (name === "body") values = { ...values, body: value };
    else values = { ...values, parameters: { ...values.parameters, [name]: value } };
    draw();
  }

  async function handleSubmit(event: Event): Promise<void> {
    event.preventDefault();
    const missing = missingIn(operation, values);
    if (missing.length > 0) return fail(`Fill in ${missing.join(" and ")} first.`);
    sending.abort();
    const own = new AbortController();
    sending = own;
    let received: Received | null = null;
    become({ kind: "sending", received });
    try {
      const secret = await secretFor(access);
      await send(requestOf(operation, values, location.origin, secret), own.signal, (now) => {
        received = now;
        if (!own.signal.aborted) become({ kind: "sending", received });
      });
      if (own.signal.aborted) return;
      become({ kind: "over", received, problem: null });
      announce(statusLine(received));
    } catch (error) {
      if (sending !== own) return;
      // A stream that was stopped stays as far as it came.
      if (own.signal.aborted) become({ kind: "over", received, problem: null });
      else fail(error instanceof Error ? error.message : "The service cannot be reached.");
    }
  }

  function fail(problem: string): void {
    become({ kind: "over", received: null, problem });
    announce(problem);
  }

  function draw(): void {
    const curl = asCurl(operation, values, server, secretForReading(access));
    render(
      html`
        ${prose(operation.description)}
        <p class="note">${line(accessInWords(access))}</p>
        ${isSocket(operation) ? socketView(operation, server) : formView(curl)}
        <h4>Answers</h4>
        ${Object.entries(operation.responses).map(([status, answer]) => answerView(status, answer))}
      `,
      place,
    );
  }

  function formView(curl: string): TemplateResult {
    const isBusy = state.kind === "sending";
    return html`<form
        autocomplete="off"
        aria-label="Try ${operation.summary}"
        @input=${handleInput}
        @submit=${handleSubmit}
      >
        <div class="fields">
          ${operation.parameters.map((parameter) => fieldView(operation, parameter, values))}
        </div>
        ${operation.requestBody === undefined ? nothing : bodyView()}
        <div class="actions">
          <button class="first" type="submit">Send</button>
          ${isBusy ? html`<button type="button" @click=${() => sending.abort()}>Stop</button>` : nothing}
        </div>
      </form>
      ${resultView()}
      <h4>The same in a terminal</h4>
      <pre tabindex="0" role="group" aria-label="The request for curl">${curl}</pre>`;
  }

  function bodyView(): TemplateResult {
    const schema = operation.requestBody?.content["application/json"]?.schema;
    return html`<div class="body">
      <label for="${operation.operationId}-body">Body</label>
      <small>${schema === undefined ? nothing : typeView(schema)}</small>
      <textarea
        id="${operation.operationId}-body"
        name="body"
        rows="8"
        spellcheck="false"
        .value=${body}
      ></textarea>
      ${
        examples.length < 2
          ? nothing
          : html`<label class="example">
              Example
              <select name="example">
                ${examples.map(([name], at) => html`<option value=${at}>${name}</option>`)}
              </select>
            </label>`
      }
    </div>`;
  }

  function resultView(): TemplateResult | typeof nothing {
    if (state.kind === "idle") return nothing;
    const { received } = state;
    if (state.kind === "over" && state.problem !== null)
      return html`<p class="state" data-tone="trouble">${state.problem}</p>`;
    if (received === null) return html`<p class="state">Sending</p>`;
    const tone = received.status < 400 ? "live" : "trouble";
    return html`<div class="result">
      <p class="state" data-tone=${tone}>${statusLine(received)}</p>
      ${tokenView(received)}
      ${
        received.body.kind === "audio"
          ? html`<p>
              ${received.body.canBeHeard ? html`<audio controls src=${received.body.url}></audio>` : nothing}
              <a href=${received.body.url} download="speech">Download ${received.body.bytes} bytes</a>
            </p>`
          : received.body.text === ""
            ? nothing
            : html`<pre tabindex="0" role="group" aria-label="Body of the answer">${received.body.text}</pre>`
      }
      <details>
        <summary>Headers</summary>
        <dl class="properties">
          ${received.headers.map(
            ([name, value]) => html`<div>
              <dt><code>${name}</code></dt>
              <dd>${value}</dd>
            </div>`,
          )}
        </dl>
      </details>
    </div>`;
  }

  draw();
}

function statusLine(received: Received | null): string {
  if (received === null) return "No answer";
  const { status, statusText, tookMs, isOver } = received;
  return `${status} ${statusText}, after ${Math.round(tookMs)} ms${isOver ? "" : ", more is coming"}`;
}

/** A token that was just made is what one wants to try the rest with. */
function tokenView({ body, isOver }: Received): TemplateResult | typeof nothing {
  if (body.kind !== "text" || !isOver) return nothing;
  const minted = v.safeParse(v.pipe(v.string(), v.parseJson(), MintedSchema), body.text);
  if (!minted.success) return nothing;
  return html`<button type="button" @click=${() => keepToken(minted.output.token)}>Use this token</button>`;
}

function fieldView(
  { operationId }: Operation,
  { name, in: place, required, description, schema }: Parameter,
  { parameters }: Values,
): TemplateResult {
  const id = `${operationId}-${name}`;
  const value = parameters[name] ?? "";
  const choices = schema.enum;
  const where = required ? "" : place === "header" ? " (header)" : " (optional)";
  return html`<div>
    <label for=${id}><code>${name}</code>${where}</label>
    ${
      choices === undefined
        ? html`<input id=${id} name=${name} .value=${value} spellcheck="false" aria-describedby="${id}-note" />`
        : html`<select id=${id} name=${name} aria-describedby="${id}-note">
            <option value=""></option>
            ${choices.map((choice) => html`<option value=${String(choice)}>${choice}</option>`)}
          </select>`
    }
    <p id="${id}-note" class="note">
      ${line(description)}${choices === undefined ? html` <small>${wordsOf(schema)}</small>` : nothing}
    </p>
  </div>`;
}

function socketView(operation: Operation, server: string): TemplateResult {
  const address = `${server.replace(/^http/, "ws")}${operation.path}`;
  return html`<pre tabindex="0" role="group" aria-label="Address of the socket">${address}</pre>
    <dl class="properties">
      ${Object.entries(operation["x-frames"]).map(
        ([from, schema]) => html`<div>
          <dt><code>${from}</code></dt>
          <dd>${typeView(schema)}</dd>
        </div>`,
      )}
    </dl>`;
}

function answerView(status: string, { description, content }: Answer): TemplateResult {
  return html`<details>
    <summary><strong>${status}</strong> ${Object.keys(content).join(", ")}</summary>
    ${prose(description)}
    ${Object.values(content).map(({ schema }) => (schema === undefined ? nothing : typeView(schema)))}
  </details>`;
}
