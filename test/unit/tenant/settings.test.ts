import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { allowsOrigin, settingsOf, TenantsSchema, tenantsOf } from "../../../party/tenant/settings.ts";

function tenants(value: unknown) {
  return tenantsOf(v.parse(TenantsSchema, { TENANTS: JSON.stringify(value) }));
}

function isRefused(value: unknown): boolean {
  const TENANTS = typeof value === "string" ? value : JSON.stringify(value);
  return !v.safeParse(TenantsSchema, { TENANTS }).success;
}

/** A tenant's settings as an operator would write this list of origins. */
function listing(...origins: readonly string[]) {
  return settingsOf(tenants({ acme: { origins } }), "acme");
}

describe("a list of origins", () => {
  const app = "https://app.example";

  it.each<readonly [pattern: string, origin: string]>([
    [app, app],
    ["https://app.example:8443", "https://app.example:8443"],
    ["http://localhost:*", "http://localhost"],
    ["http://localhost:*", "http://localhost:3000"],
    ["http://[::1]:*", "http://[::1]:8787"],
    ["http://[::1]", "http://[::1]"],
    ["http://127.0.0.1:*", "http://127.0.0.1:1"],
    ["*", app],
    ["*", "null"],
    ["null", "null"],
    ["chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"],
  ])("with %s has %s on it", (pattern, origin) => {
    expect(allowsOrigin(listing(pattern), origin)).toBe(true);
    expect(allowsOrigin(listing("https://other.example", pattern), origin)).toBe(true);
  });

  it.each<readonly [pattern: string, origin: string]>([
    [app, "http://app.example"],
    [app, "https://app.example:8443"],
    [app, "https://app.example.evil"],
    [app, "https://evil-app.example"],
    [app, "https://evil.example?https://app.example"],
    [app, "https://app.example/"],
    [app, "https://app.examplE"],
    [app, "null"],
    [app, ""],
    ["null", app],
    ["null", "NULL"],
    ["https://app.example:8443", app],
    ["http://localhost:*", "https://localhost:3000"],
    ["http://localhost:*", "http://localhost.evil:3000"],
    ["http://localhost:*", "http://localhost:3000.evil.example"],
    ["http://localhost:*", "http://localhost:3000@evil.example"],
    ["http://localhost:*", "http://localhost:"],
    ["http://localhost:*", "http://localhost:*"],
    ["http://localhost:*", "http://localhost:123456"],
    ["http://localhost:*", "http://localhost:30\n00"],
    ["http://localhost:*", "http://localhost:3000\n"],
    ["http://localhost:*", "http://notlocalhost:3000"],
    ["http://[::1]:*", "http://[::1]evil:80"],
    ["http://[::1]:*", "http://[::2]:80"],
    ["http://127.0.0.1:*", "http://127.0.0.10:80"],
  ])("with %s has not %j on it", (pattern, origin) => {
    // A list that holds the pattern itself as a text must not be what lets it in.
    expect(origin === pattern || !allowsOrigin(listing(pattern), origin)).toBe(true);
  });

  it("that is empty, or of a tenant nobody has written down, has nobody on it", () => {
    for (const settings of [listing(), settingsOf(tenants({ acme: { origins: ["*"] } }), "other")]) {
      for (const origin of [app, "null", "", "*"]) expect(allowsOrigin(settings, origin)).toBe(false);
    }
  });

  it("never lets a name in that is not the one written, whatever is put before or behind it", () => {
    const more = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(more, fc.constantFrom(app, "http://localhost:*", "http://[::1]:*"), (text, pattern) => {
        const host = pattern.replace(/:\*$/, "");
        const settings = listing(pattern);
        expect(allowsOrigin(settings, `${text}${host}`)).toBe(false);
        const isPort = pattern !== host && /^:\d{1,5}$/.test(text);
        expect(allowsOrigin(settings, `${host}${text}`)).toBe(isPort);
      }),
    );
  });
});

describe("TENANTS", () => {
  it("may be left out, and then there are the defaults", () => {
    const none = tenantsOf(v.parse(TenantsSchema, {}));
    expect(settingsOf(none, "acme")).toEqual({ origins: [] });
    expect(settingsOf(none, "__proto__")).toEqual({ origins: [] });
    expect(settingsOf(none, "constructor")).toEqual({ origins: [] });
  });

  it.each([
    "",
    "{",
    "null",
    "7",
    { acme: { origins: "https://app.example" } },
    { acme: { origins: ["https://app.example/"] } },
    { acme: { origins: ["https://app.example/path"] } },
    { acme: { origins: ["https://*.example"] } },
    { acme: { origins: ["*.example"] } },
    { acme: { origins: ["app.example"] } },
    { acme: { origins: ["https://App.example"] } },
    { acme: { origins: ["https://app.example:*:*"] } },
    { acme: { origins: ["https://user@app.example"] } },
    { acme: { origins: ["http://::1"] } },
    { acme: { origins: ["https://app.example\n"] } },
    { acme: { origins: ["https://"] } },
    { acme: { maxRooms: 0 } },
    { acme: { maxRooms: 1.5 } },
    { acme: { maxRooms: "5" } },
    { acme: { rooms: 5 } },
    { Acme: {} },
    { acme: null },
  ])("is refused when it is %j", (value) => {
    expect(isRefused(value)).toBe(true);
  });

  it.each([[[]], [[{ origins: ["*"] }]], [{ acme: [] }]])("is refused when it is the list %j", (value) => {
    expect(isRefused(value)).toBe(true);
  });
});
