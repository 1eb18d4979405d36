import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { expect, test } from "vitest";
import { root } from "../../../cli/paths.ts";

/** What the core may have from npm: nothing in it knows where it runs. */
const packages = ["valibot", "@datadog/sketches-js"];

const imported = /(?:\bimport\(|^import |\bfrom )"([^"\n]+)"/gm;

test("the room's core imports itself, what every side speaks, and packages without a platform", () => {
  const files = globSync(["party/room/**/*.ts", "shared/**/*.ts"], { cwd: root });
  expect(files.length).toBeGreaterThan(50);
  const outside = files.flatMap((file) => {
    const own = file.startsWith("shared/") ? ["shared/"] : ["party/room/", "shared/"];
    return [...readFileSync(join(root, file), "utf8").matchAll(imported)]
      .map(([, name = ""]) => (name.startsWith(".") ? join(dirname(file), name) : name))
      .filter((name) => !packages.includes(name) && !own.some((folder) => name.startsWith(folder)))
      .map((name) => `${file} imports ${name}`);
  });
  expect(outside).toEqual([]);
});
