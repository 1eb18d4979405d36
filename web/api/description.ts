import * as v from "valibot";

/** What this page reads of a description (OpenAPI 3.1). */
export type Schema = {
  $ref?: string | undefined;
  type?: string | undefined;
  description?: string | undefined;
  format?: string | undefined;
  pattern?: string | undefined;
  enum?: unknown[] | undefined;
  const?: unknown;
  minimum?: number | undefined;
  maximum?: number | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  required?: string[] | undefined;
  properties?: Record<string, Schema> | undefined;
  items?: Schema | undefined;
  anyOf?: Schema[] | undefined;
  oneOf?: Schema[] | undefined;
  allOf?: Schema[] | undefined;
};

const Text = v.optional(v.string());
const Count = v.optional(v.number());
const Several = v.optional(v.array(v.lazy(() => SchemaSchema)));

const SchemaSchema: v.GenericSchema<Schema> = v.object({
  $ref: Text,
  type: Text,
  description: Text,
  format: Text,
  pattern: Text,
  enum: v.optional(v.array(v.unknown())),
  const: v.optional(v.unknown()),
  minimum: Count,
  maximum: Count,
  minLength: Count,
  maxLength: Count,
  minItems: Count,
  maxItems: Count,
  required: v.optional(v.array(v.string())),
  properties: v.optional(
    v.record(
      v.string(),
      v.lazy(() => SchemaSchema),
    ),
  ),
  items: v.optional(v.lazy(() => SchemaSchema)),
  anyOf: Several,
  oneOf: Several,
  allOf: Several,
});

const ParameterSchema = v.object({
  name: v.string(),
  in: v.picklist(["path", "query", "header"]),
  description: v.optional(v.string(), ""),
  required: v.optional(v.boolean(), false),
  schema: SchemaSchema,
  example: v.optional(v.unknown()),
});
export type Parameter = v.InferOutput<typeof ParameterSchema>;

const MediaSchema = v.object({
  schema: v.optional(SchemaSchema),
  example: v.optional(v.unknown()),
  examples: v.optional(v.record(v.string(), v.object({ value: v.optional(v.unknown()) })), {}),
});
const AnswerSchema = v.object({
  description: v.string(),
  content: v.optional(v.record(v.string(), MediaSchema), {}),
});
export type Answer = v.InferOutput<typeof AnswerSchema>;

const OperationSchema = v.object({
  operationId: v.string(),
  tags: v.array(v.string()),
  summary: v.string(),
  description: v.string(),
  security: v.array(v.record(v.string(), v.array(v.string()))),
  parameters: v.optional(v.array(ParameterSchema), []),
  requestBody: v.optional(
    v.object({ required: v.optional(v.boolean(), false), content: v.record(v.string(), MediaSchema) }),
  ),
  responses: v.record(v.string(), AnswerSchema),
  "x-frames": v.optional(v.record(v.string(), SchemaSchema), {}),
});
/** With its address. */
export type Operation = v.InferOutput<typeof OperationSchema> & {
  readonly method: string;
  readonly path: string;
};

const DescriptionSchema = v.object({
  servers: v.array(v.object({ url: v.string() })),
  tags: v.array(v.object({ name: v.string(), description: v.string() })),
  paths: v.record(v.string(), v.record(v.string(), OperationSchema)),
  components: v.object({ schemas: v.record(v.string(), SchemaSchema) }),
});

export type Description = {
  readonly server: string;
  readonly groups: readonly {
    readonly name: string;
    readonly description: string;
    readonly operations: readonly Operation[];
  }[];
  readonly schemas: Readonly<Record<string, Schema>>;
};

/** The description of the service that this page came from. Throws when there is none, or none that can be read. */
export async function fetchDescription(): Promise<Description> {
  const answer = await fetch("/openapi.json");
  const { servers, tags, paths, components } = v.parse(DescriptionSchema, await answer.json());
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      path,
      method: method.toUpperCase(),
    })),
  );
  return {
    server: servers[0]?.url ?? location.origin,
    groups: tags.map(({ name, description }) => ({
      name,
      description,
      operations: operations.filter((operation) => operation.tags.includes(name)),
    })),
    schemas: components.schemas,
  };
}

/** The schema that a reference names. */
export const nameOf = (reference: string): string => reference.split("/").at(-1) ?? "";

/** A WebSocket is not asked by `fetch`. */
export const isSocket = ({ responses }: Operation): boolean => "101" in responses;
