import type { Operation, Parameter } from "./description.ts";

/** What stands in the fields: of parameters by their names, and the body's. An empty one is left out. */
export type Values = {
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Request = {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** The request that an operation makes of these values, at a server. */
export function requestOf(
  operation: Operation,
  values: Values,
  server: string,
  secret: string | null,
): Request {
  const given = (place: Parameter["in"]) =>
    operation.parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, schema }) => [name, values.parameters[name] ?? "", schema.type === "array"] as const)
      .filter(([, value]) => value !== "");
  const path = given("path").reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    operation.path,
  );
  const query = new URLSearchParams();
  for (const [name, value, isList] of given("query")) {
    for (const each of isList ? value.split(",") : [value]) query.append(name, each.trim());
  }
  const body = operation.requestBody === undefined || values.body.trim() === "" ? null : values.body;
  return {
    method: operation.method,
    url: `${server}${path}${query.size === 0 ? "" : `?${query}`}`,
    headers: {
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(body === null ? {} : { "content-type": "application/json" }),
      ...Object.fromEntries(given("header").map(([name, value]) => [name, value])),
    },
    body,
  };
}

/** Names of parameters that have to be given and are not. */
export function missingIn({ parameters }: Operation, values: Values): readonly string[] {
  return parameters
    .filter(({ name, required }) => required && (values.parameters[name] ?? "") === "")
    .map(({ name }) => name);
}

/**
 * The same request for a terminal, with its answer as it comes where that is a stream, and in a file where it is audio.
 *
 * @param secret a variable of the shell such as `$TOKEN`, which has its value there; `null`: nothing is needed
 */
export function asCurl(
  operation: Operation,
  values: Values,
  server: string,
  secret: "$TOKEN" | "$API_KEY" | null,
): string {
  const { method, url, headers, body } = requestOf(operation, values, server, null);
  const parts = [
    `curl${method === "GET" ? "" : ` -X ${method}`}${receiving(operation, values)} ${quoted(url)}`,
    // A shell fills in nothing between single quotes.
    ...(secret === null ? [] : [`-H "authorization: Bearer ${secret}"`]),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`-d ${quoted(body)}`]),
  ];
  return parts.join(" \\\n  ");
}

function receiving({ responses }: Operation, { parameters }: Values): string {
  const types = Object.keys(responses["200"]?.content ?? {});
  if (types.includes("text/event-stream")) return " -N";
  if (!types.some((type) => type.startsWith("audio/"))) return "";
  return (parameters.encoding || "mp3") === "mp3" ? " -o speech.mp3" : " -o speech";
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
