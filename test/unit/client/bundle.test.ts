import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { describe, expect, it } from "vitest";
import { tooYoung } from "../../support/too-young.ts";

/** What a viewer's page has to load, gzipped: 10,475 measured, and a little more. README.md says it too. */
const maxBytes = 10_680;

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** `subscribe` as an application takes it: from the whole client, bundled and minified with nothing else. */
async function bundled(): Promise<{ code: string; modules: string[] }> {
  const entry = "virtual:entry";
  const built = await build({
    root,
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: entry, preserveEntrySignatures: "strict" },
    },
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? `export { subscribe } from "${root}client/index.ts";` : null),
      },
    ],
  });
  if (Array.isArray(built) || !("output" in built)) throw new Error("One bundle was expected.");
  const chunks = built.output.filter((output) => output.type === "chunk");
  return {
    code: chunks.map(({ code }) => code).join(""),
    modules: chunks.flatMap(({ modules }) =>
      Object.entries(modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : [])),
    ),
  };
}

describe("a viewer's bundle", async () => {
  const { code, modules } = await bundled();

  it("is small", () => {
    expect(code).toContain("captionwire.1");
    expect(gzipSync(code).length).toBeLessThanOrEqual(maxBytes);
  });

  it("runs in the browser inside OBS 30", () => {
    expect(code).not.toMatch(tooYoung);
  });

  it("holds the client and what it shares, and nothing of the server or of a publisher", () => {
    const ours = modules.filter((id) => id.startsWith(root) && !id.includes("/node_modules/"));
    expect(ours).toContain(`${root}client/subscribe.ts`);
    expect(ours.filter((id) => !/^(client|shared)\//.test(id.slice(root.length)))).toEqual([]);
    expect(ours.filter((id) => /\/(publish|wav|audio-buffer)\.ts$/.test(id))).toEqual([]);
    const packages = modules.flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
    expect([...new Set(packages)].sort()).toEqual(["eventsource-parser", "valibot"]);
  });
});
