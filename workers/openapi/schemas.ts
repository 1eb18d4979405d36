import {
  type ConversionConfig,
  type JsonSchema,
  toJsonSchema,
  toJsonSchemaDefs,
} from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { Component } from "./component.ts";

/** A named schema of the description, as a reference to it. */
export const referenceTo = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

const config: ConversionConfig = {
  target: "draft-2020-12",
  // What is sent and what is told on the wire; what our side makes of it is its own business.
  typeMode: "input",
  overrideRef: ({ referenceId }) => referenceTo(referenceId).$ref,
  // Patterns of a JSON Schema are Unicode's anyway, and a second one is no reason to give up the first.
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (valibotAction.type !== "regex" || !("requirement" in valibotAction)) return undefined;
    const { requirement } = valibotAction;
    if (!(requirement instanceof RegExp) || !/^u?$/.test(requirement.flags)) return undefined;
    const { source } = requirement;
    const { pattern = source, allOf = [] } = jsonSchema;
    return pattern === source
      ? { ...jsonSchema, pattern }
      : { ...jsonSchema, allOf: [...allOf, { pattern: source }] };
  },
};

/** The named schemas, each with its notes; where one stands in another there is a reference. */
export function namedSchemas(components: Readonly<Record<string, Component>>): Record<string, JsonSchema> {
  const schemas = Object.fromEntries(Object.entries(components).map(([name, { schema }]) => [name, schema]));
  const converted = toJsonSchemaDefs(schemas, config);
  return Object.fromEntries(
    Object.entries(converted).map(([name, schema]) => [name, noted(schema, components[name])]),
  );
}

/** Of a parameter. */
export function inlineSchema(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, config);
  return rest;
}

function noted(schema: JsonSchema, component: Component | undefined): JsonSchema {
  if (component === undefined) return schema;
  const { description, notes, values } = component;
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    if (typeof property === "boolean") return [name, property];
    const [note, known] = [notes[name], values[name]];
    return [
      name,
      {
        ...property,
        ...(note === undefined ? {} : { description: note }),
        ...(known === undefined ? {} : { enum: [...known] }),
      },
    ];
  });
  return {
    ...schema,
    description,
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
  };
}
