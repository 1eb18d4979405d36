import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { unstable_readConfig } from "wrangler";
import { inRoot } from "../../../cli/paths.ts";

const path = inRoot("wrangler.toml");
const read = (env: string) => unstable_readConfig({ config: path, env }, { hideWarnings: true });

/** What the Worker's code takes for granted: names, and whether they may be missing. */
const declared = [...readFileSync(inRoot("workers/bindings.d.ts"), "utf8").matchAll(/readonly (\w+)(\??):/g)];

describe("wrangler.toml", () => {
  it.each(["", "staging"])("binds what the code uses, and nothing else (%j)", (env) => {
    const { durable_objects, ratelimits, assets, analytics_engine_datasets: datasets } = read(env);
    const bound = [
      ...durable_objects.bindings.map(({ name }: { readonly name: string }) => name),
      ...ratelimits.map(({ name }: { readonly name: string }) => name),
      ...datasets.map(({ binding }: { readonly binding: string }) => binding),
      assets?.binding,
    ];
    const needed = declared.filter(([, , optional]) => optional === "").map(([, name]) => name);
    expect(needed.length).toBeGreaterThan(5);
    expect(bound.sort()).toEqual(needed.sort());
  });

  it("has staging as the real one, but for names, domains and counters", () => {
    const own = {
      name: null,
      topLevelName: null,
      targetEnvironment: null,
      routes: null,
      definedEnvironments: null,
    };
    const without = (env: string) => {
      const config = read(env);
      const ratelimits = config.ratelimits.map((limit: object) => ({ ...limit, namespace_id: null }));
      return { ...config, ...own, ratelimits };
    };
    expect(without("staging")).toEqual(without(""));
    const idsOf = (env: string) =>
      read(env).ratelimits.map(({ namespace_id }: { readonly namespace_id: string }) => namespace_id);
    expect(new Set([...idsOf(""), ...idsOf("staging")]).size).toBe(6);
    expect(read("staging").routes).toEqual([]);
  });
});
