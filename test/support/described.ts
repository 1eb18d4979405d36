import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as v from "valibot";

const Reference = v.object({ $ref: v.string() });
const Media = v.object({
  schema: v.optional(v.unknown()),
  example: v.optional(v.unknown()),
  examples: v.optional(v.record(v.string(), v.unknown())),
});
const Answer = v.object({
  description: v.string(),
  headers: v.optional(v.record(v.string(), Reference), {}),
  content: v.optional(v.record(v.string(), Media), {}),
});
const Operation = v.object({
  requestBody: v.optional(v.object({ content: v.record(v.string(), Media) })),
  responses: v.record(v.string(), Answer),
  "x-frames": v.optional(v.record(v.string(), Reference)),
});
const Description = v.object({
  paths: v.record(v.string(), v.record(v.string(), Operation)),
  components: v.object({
    examples: v.record(v.string(), v.object({ value: v.unknown() })),
    headers: v.record(v.string(), v.unknown()),
  }),
});

const Schema = v.record(v.string(), v.unknown());

const root = "https://description.test/";

/** A part of the description whose references lead to all of it. */
function here(part: unknown): unknown {
  return JSON.parse(JSON.stringify(part).replaceAll('"#/', `"${root}#/document/`));
}

/** A description of an interface, and whether what is said fits it. */
export class Described {
  readonly #ajv: Ajv2020;
  readonly #description: v.InferOutput<typeof Description>;

  constructor(description: unknown) {
    this.#description = v.parse(Description, description);
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    // A plain function, wrapped as a module of the older kind.
    const add = typeof addFormats === "function" ? addFormats : Reflect.get(addFormats, "default");
    add(this.#ajv);
    this.#ajv.addSchema({ $id: root, document: here(description) });
  }

  get operations(): { readonly method: string; readonly path: string }[] {
    return Object.entries(this.#description.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method, path })),
    );
  }

  /** Every example of a body and of an answer, and what is wrong with it. */
  examples(): { readonly where: string; readonly problems: readonly string[] }[] {
    return this.operations.flatMap(({ method, path }) => {
      const { requestBody, responses } = this.#operation(method, path);
      const media = [
        ...Object.values(requestBody?.content ?? {}),
        ...Object.values(responses).flatMap(({ content }) => Object.values(content)),
      ];
      return media.flatMap(({ schema, example, examples = {} }) =>
        [
          ...(example === undefined ? [] : [example]),
          ...Object.values(examples).map((each) => this.#value(each)),
        ]
          .filter(() => schema !== undefined)
          .map((value) => ({
            where: `${method} ${path}: ${JSON.stringify(value)}`,
            problems: this.#problems(schema, value),
          })),
      );
    });
  }

  /** What is wrong with an answer to this operation: an undescribed status, media type, header or body. */
  async problemsOf(method: string, path: string, answer: Response): Promise<string[]> {
    const described = this.#operation(method, path).responses[String(answer.status)];
    if (described === undefined) return [`status ${answer.status} is not described: ${await answer.text()}`];
    const missing = Object.keys(described.headers)
      .filter((name) => !optionalHeaders.has(name) && !answer.headers.has(name))
      .map((name) => `no header ${name}`);
    const type = answer.headers.get("content-type")?.split(";")[0] ?? null;
    if (type === null) return Object.keys(described.content).length === 0 ? missing : [...missing, "no body"];
    const media = described.content[type];
    if (media === undefined) return [...missing, `${type} is not described`];
    if (type !== "application/json") return missing;
    // Nothing is told that is not described.
    const whole = { allOf: [media.schema], unevaluatedProperties: false };
    const isOpen = media.schema !== undefined && JSON.stringify(media.schema) === '{"type":"object"}';
    return [...missing, ...this.#problems(isOpen ? media.schema : whole, await answer.json())];
  }

  /** What is wrong with a frame or an event of this operation. */
  problemsOfFrame(method: string, path: string, from: string, frame: unknown): string[] {
    const schema = this.#operation(method, path)["x-frames"]?.[from];
    return schema === undefined ? [`no frames ${from} are described`] : this.#problems(schema, frame);
  }

  #operation(method: string, path: string) {
    const operation = this.#description.paths[path]?.[method];
    if (operation === undefined) throw new Error(`${method} ${path} is not described.`);
    return operation;
  }

  #value(example: unknown): unknown {
    const reference = v.safeParse(Reference, example);
    if (!reference.success) return v.parse(v.object({ value: v.unknown() }), example).value;
    const name = reference.output.$ref.split("/").at(-1) ?? "";
    return this.#description.components.examples[name]?.value;
  }

  #problems(schema: unknown, value: unknown): string[] {
    const validate = this.#compiled(schema);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }

  #compiled(schema: unknown): ValidateFunction {
    return this.#ajv.compile(v.parse(Schema, here(schema)));
  }
}

/** Those that are there where there is something to say. */
const optionalHeaders = new Set(["retry-after", "x-captionwire-cache", "dg-model-name", "dg-model-uuid"]);
