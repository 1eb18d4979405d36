import { describe, expect, it } from "vitest";
import { errorTable } from "../../shared/errors.ts";
import { app } from "../../workers/app.ts";
import { codesOf } from "../../workers/openapi/errors.ts";
import { operations } from "../../workers/openapi/operations/index.ts";
import { request } from "../support/runtime-client.ts";

type Operation = {
  parameters?: { name: string; schema: unknown }[];
  responses: Record<string, Answer>;
  "x-close-codes"?: Record<string, string[]>;
};
type Media = { schema?: { properties?: { code?: { enum: string[] } } }; examples?: Record<string, unknown> };
type Answer = { headers?: Record<string, unknown>; content?: Record<string, Media> };
type Description = {
  servers: unknown;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: { code?: { enum?: string[] } } }> };
};

const describedBy = async (answer: Response) => answer.json<Description>();

/** Routes that are no interface for users: pages and their files, what only a page of a laptop or another part of ours asks. */
const notForUsers = [
  /^GET \/(studio|watch|overlay|speak|stats|plain)\/:room\??$/,
  /^GET \/api$/,
  /^GET \/\*$/,
  /^POST \/v1\/local\/tokens$/,
  /^[A-Z]+ \/internal\//,
];

/** As the description writes them: `:file{.+\.html}` is a session with an ending. */
function routesOfApp(): string[] {
  const routes = app.routes
    .filter(({ method }) => method !== "ALL" && method !== "OPTIONS")
    .map(({ method, path }) => `${method} ${path}`)
    .filter((route) => !notForUsers.some((pattern) => pattern.test(route)))
    .map((route) => route.replace(":file{.+\\.html}", "{session}.html").replaceAll(/:(\w+)/g, "{$1}"));
  return [...new Set(routes)].sort();
}

describe("GET /openapi.json", () => {
  it("describes the routes of the app, no more and no fewer", async () => {
    const { paths } = await describedBy(await request("/openapi.json"));
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(routesOfApp());
  });

  it("names each operation once, and each parameter of its path", () => {
    const ids = operations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, parameters = [] } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const told = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
      expect(told.sort(), path).toEqual(inPath.sort());
    }
  });

  it("lists every code of the error table that an operation can give", async () => {
    const { paths } = await describedBy(await request("/openapi.json"));
    for (const operation of operations.filter(({ refusesLike }) => refusesLike === undefined)) {
      const { method, path } = operation;
      const listed = Object.values(paths[path]?.[method]?.responses ?? {}).flatMap(
        ({ content }) => content?.["application/json"]?.schema?.properties?.code?.enum ?? [],
      );
      expect(listed.sort(), `${method} ${path}`).toEqual([...codesOf(operation)].sort());
    }
  });

  it("tells every code of the table, and with which code a socket is closed for it", async () => {
    const { paths, components } = await describedBy(await request("/openapi.json"));
    const codes = Object.keys(errorTable);
    for (const name of ["Error", "ErrorFrame"])
      expect(components.schemas[name]?.properties?.code?.enum, name).toEqual(codes);
    const told = paths["/parties/captions/{room}"]?.get?.["x-close-codes"] ?? {};
    const pairs = Object.entries(told).flatMap(([close, of]) => of.map((code) => [code, Number(close)]));
    const expected = Object.entries(errorTable).map(([code, { close }]) => [code, close]);
    expect(pairs.sort()).toEqual(expected.sort());
  });

  it("shows each thing that captions may be answered with, and each header of speech", async () => {
    const { paths } = await describedBy(await request("/openapi.json"));
    const answer = (path: string, method: string) => paths[path]?.[method]?.responses["200"];
    const captions = answer("/v1/rooms/{room}/captions", "get")?.content?.["application/json"];
    expect(Object.keys(captions?.examples ?? {})).toEqual(["snapshot", "delta", "before"]);
    const told = Object.keys(answer("/v1/speak", "post")?.headers ?? {});
    expect(told).toEqual(expect.arrayContaining(["dg-model-uuid", "x-captionwire-cache"]));
    const speed = paths["/v1/speak"]?.post?.parameters?.find(({ name }) => name === "speed");
    expect(speed?.schema).toEqual({ type: "number", minimum: 0, maximum: 9.9999 });
  });

  it("is for every page, names the address it was asked at, and is kept until it changes", async () => {
    const answer = await request("/openapi.json", { headers: { origin: "https://editor.example" } });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
    const etag = answer.headers.get("etag") ?? "";
    const { servers } = await describedBy(answer);
    expect(servers).toEqual([{ url: "http://captionwire.test" }]);
    const again = await request("/openapi.json", { headers: { "if-none-match": etag } });
    expect([again.status, again.headers.get("etag"), await again.text()]).toEqual([304, etag, ""]);
    const other = await request("/openapi.json", { headers: { "if-none-match": '"older"' } });
    expect([other.status, (await describedBy(other)).servers]).toEqual([200, servers]);
  });
});
