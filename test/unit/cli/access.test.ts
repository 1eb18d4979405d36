import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findAccess } from "../../../cli/access.ts";
import { UsageError, UserError } from "../../../cli/errors.ts";

const local = { url: "http://127.0.0.1:8787", apiKey: "local-key", engine: "deepgram" };
const elsewhere = "https://captions.example.com";

describe("findAccess", () => {
  let running: string;
  let nothing: string;
  beforeAll(() => {
    running = mkdtempSync(join(tmpdir(), "captionwire-access-"));
    nothing = mkdtempSync(join(tmpdir(), "captionwire-access-"));
    writeFileSync(join(running, "local.json"), JSON.stringify(local));
  });
  afterAll(() => {
    for (const folder of [running, nothing]) rmSync(folder, { recursive: true, force: true });
  });

  it("takes what runs here, with its key", () => {
    const expected = { url: local.url, credential: { kind: "api-key", apiKey: local.apiKey } };
    expect(findAccess({}, {}, running)).toEqual(expected);
    expect(findAccess({ url: local.url }, {}, running)).toEqual(expected);
  });

  it("gives the key of what runs here to nobody else", () => {
    expect(findAccess({ url: elsewhere }, {}, running).credential).toEqual({ kind: "none" });
    expect(findAccess({}, { CAPTIONWIRE_URL: elsewhere }, running).credential).toEqual({ kind: "none" });
  });

  it("prefers options to the environment, and that to what runs here", () => {
    const env = { CAPTIONWIRE_URL: `${elsewhere}/`, CAPTIONWIRE_API_KEY: "of-the-environment" };
    expect(findAccess({}, env, running)).toEqual({
      url: elsewhere,
      credential: { kind: "api-key", apiKey: "of-the-environment" },
    });
    expect(findAccess({ url: "http://other.test:1", token: "t" }, env, running)).toEqual({
      url: "http://other.test:1",
      credential: { kind: "token", token: "t" },
    });
  });

  it("says what to do when there is nothing, and when the variable is no address", () => {
    expect(() => findAccess({}, {}, nothing)).toThrow(UserError);
    expect(() => findAccess({}, {}, nothing)).toThrow("npm start");
    expect(() => findAccess({}, { CAPTIONWIRE_URL: "captions.example.com" }, nothing)).toThrow(UsageError);
    const deep = { CAPTIONWIRE_URL: `${elsewhere}/under/a/path` };
    expect(() => findAccess({}, deep, nothing)).toThrow(`alone: ${elsewhere}.`);
  });
});
