import { closeCodes } from "./codes.ts";
import { type ComponentName, components } from "./components.ts";
import { errorAnswers, errorExamples } from "./errors.ts";
import { headers } from "./headers.ts";
import { type Answer, type Body, type Content, type Operation, type Parameter, tags } from "./operation.ts";
import { operations } from "./operations/index.ts";
import { inlineSchema, namedSchemas, referenceTo } from "./schemas.ts";
import { securityOf, securitySchemes } from "./security.ts";

const about = `Caption rooms, text to speech and short-lived tokens.

Everything but the making of tokens takes a token, which \`POST /v1/tokens\` makes for an API key. Errors are one table: each \
answers with its status and \`{"code","message","retry","requestId"}\`, and with \`retry-after\` where waiting helps.`;

/** The description of the interface (OpenAPI 3.1), without its \`servers\`. */
export function describeInterface() {
  return {
    openapi: "3.1.0",
    info: {
      title: "Captionwire",
      version: "1",
      summary: "Speech at the edge",
      description: about,
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathsOf(operations),
    components: {
      schemas: namedSchemas(components),
      securitySchemes,
      headers,
      examples: errorExamples(),
    },
  };
}

function pathsOf(all: readonly Operation[]): Record<string, object> {
  const byPath = Map.groupBy(all, ({ path }) => path);
  return Object.fromEntries(
    [...byPath].map(([path, ofPath]) => [
      path,
      Object.fromEntries(ofPath.map((operation) => [operation.method, operationObject(operation)])),
    ]),
  );
}

function operationObject(operation: Operation): object {
  const { id, tag, summary, description, access, parameters, body, answers, frames, isSocket } = operation;
  const good = Object.entries(answers).map(([status, answer]) => [status, answerObject(answer)]);
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: securityOf(access),
    ...(parameters === undefined ? {} : { parameters: parameters.map(parameterObject) }),
    ...(body === undefined ? {} : { requestBody: bodyObject(body) }),
    responses: { ...Object.fromEntries(good), ...errorAnswers(operation) },
    ...(frames === undefined ? {} : { "x-frames": referencesTo(frames) }),
    ...(isSocket === true ? { "x-close-codes": closeCodes() } : {}),
  };
}

function referencesTo(frames: Readonly<Record<string, ComponentName>>): object {
  return Object.fromEntries(Object.entries(frames).map(([from, name]) => [from, referenceTo(name)]));
}

function parameterObject({ name, in: place, description, schema, example, repeated }: Parameter): object {
  const one = inlineSchema(schema);
  return {
    name,
    in: place,
    description,
    ...(place === "path" ? { required: true } : {}),
    schema: repeated === true ? { type: "array", items: one } : one,
    ...(example === undefined ? {} : { example }),
  };
}

function bodyObject({ description, required = true, json, examples, text }: Body): object {
  return {
    ...(description === undefined ? {} : { description }),
    required,
    content: {
      "application/json": { schema: referenceTo(json), examples: namedExamples(examples) },
      ...(text === undefined ? {} : { "text/plain": { schema: { type: "string" }, example: text } }),
    },
  };
}

function namedExamples(examples: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

function answerObject({ description, headers: told = [], content }: Answer): object {
  const names = ["x-request-id", ...told];
  return {
    description,
    headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    ...(content === undefined
      ? {}
      : {
          content: Object.fromEntries(Object.entries(content).map(([type, of]) => [type, contentObject(of)])),
        }),
  };
}

function contentObject(content: Content): object {
  switch (content.kind) {
    case "json": {
      const names = [content.schema].flat();
      const [only] = names;
      const schema = names.length === 1 && only !== undefined ? referenceTo(only) : anyOf(names);
      const { example, examples } = content;
      return {
        schema,
        ...(example === undefined ? {} : { example }),
        ...(examples === undefined ? {} : { examples: namedExamples(examples) }),
      };
    }
    case "object":
      return { schema: { type: "object" } };
    case "text":
      return {
        schema: { type: "string" },
        ...(content.example === undefined ? {} : { example: content.example }),
      };
    case "binary":
      return {};
    default:
      return content satisfies never;
  }
}

const anyOf = (names: readonly ComponentName[]) => ({ anyOf: names.map(referenceTo) });
