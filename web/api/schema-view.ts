import { html, nothing, type TemplateResult } from "lit/html.js";
import { nameOf, type Schema } from "./description.ts";
import { line } from "./prose.ts";

/** What a schema allows, in a few words; a named one as a link to where it is told. */
export function typeView(schema: Schema): TemplateResult {
  const { $ref, anyOf, oneOf, allOf, items, properties } = schema;
  if ($ref !== undefined) return html`<a href="#schema-${nameOf($ref)}">${nameOf($ref)}</a>`;
  const choices = anyOf ?? oneOf;
  if (choices !== undefined)
    return html`${choices.map((choice, at) => html`${at === 0 ? nothing : " or "}${typeView(choice)}`)}`;
  if (items !== undefined) return html`list of ${typeView(items)}${limitsOf(schema)}`;
  const [first] = allOf ?? [];
  if (first?.$ref !== undefined) return typeView(first);
  if (properties !== undefined) return propertiesView(schema);
  return html`${wordsOf(schema)}`;
}

/** An object's properties, each with what it may be and what it means. */
export function propertiesView({ properties = {}, required = [] }: Schema): TemplateResult {
  return html`<dl class="properties">
    ${Object.entries(properties).map(
      ([name, property]) => html`<div>
        <dt><code>${name}</code>${required.includes(name) ? nothing : html` <small>optional</small>`}</dt>
        <dd>
          ${typeView(property)}
          ${property.description === undefined ? nothing : html`<p class="note">${line(property.description)}</p>`}
        </dd>
      </div>`,
    )}
  </dl>`;
}

/** Of a plain value. */
export function wordsOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  if ("const" in schema && schema.const !== undefined) return JSON.stringify(schema.const);
  const { type = "anything", format } = schema;
  return `${type}${format === undefined ? "" : ` (${format})`}${limitsOf(schema)}`;
}

function limitsOf({ minimum, maximum, minLength, maxLength, minItems, maxItems, pattern }: Schema): string {
  const told = [
    span(minimum, maximum, ""),
    span(minLength, maxLength, " characters"),
    span(minItems, maxItems, " of them"),
    pattern === undefined ? "" : `, ${pattern}`,
  ];
  return told.join("");
}

function span(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `, ${least} to ${most}${unit}`;
  if (least !== undefined) return `, ${least} or more${unit}`;
  return most === undefined ? "" : `, at most ${most}${unit}`;
}

export function schemasView(schemas: Readonly<Record<string, Schema>>): TemplateResult {
  return html`<h2>Schemas</h2>
    ${Object.entries(schemas).map(
      ([name, schema]) => html`<details id="schema-${name}">
        <summary><code>${name}</code></summary>
        ${schema.description === undefined ? nothing : html`<p>${line(schema.description)}</p>`}
        ${typeView(schema)}
      </details>`,
    )}`;
}
