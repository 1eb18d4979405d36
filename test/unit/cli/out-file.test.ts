import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { UserError } from "../../../cli/errors.ts";
import { openOutFile } from "../../../cli/terminal/out-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "captionwire-out-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("a file keeps what it holds until there is something to write", () => {
  const path = join(folder, "tape.json");
  writeFileSync(path, "of the last time, and longer");
  const file = openOutFile(path);
  expect(readFileSync(path, "utf8")).toBe("of the last time, and longer");
  file.write("one\n");
  file.write("two\n");
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
});

it("a file that cannot be written is told of before the work", () => {
  expect(() => openOutFile(join(folder, "none", "tape.json"))).toThrow(UserError);
  expect(() => openOutFile(folder)).toThrow(`${folder} cannot be written`);
});
