import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { app } from "../../workers/app.ts";

const page = "https://app.example";

async function ask(path: string, variables: Readonly<Record<string, string>>): Promise<Response> {
  const request = new Request(`http://captionwire.test${path}`, {
    method: "POST",
    headers: { origin: page },
  });
  const context = createExecutionContext();
  const answer = await app.fetch(request, { ...env, ...variables }, context);
  await waitOnExecutionContext(context);
  return answer;
}

it.each(["/v1/tokens", "/v1/speak", "/speak", "/v1/auth/grant"])(
  "%s of a Worker without its settings answers every page alike, and no cache may mix them up",
  async (path) => {
    const answer = await ask(path, {
      API_KEYS: "not JSON",
      TENANTS: JSON.stringify({ tests: { origins: [page] } }),
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("vary")?.toLowerCase()).toContain("origin");
    // Whose page it is cannot be known.
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  },
);

it("a page of a tenant that is not on the variable's list reads nothing, and `*` is never answered", async () => {
  const all = await ask("/v1/tokens", { TENANTS: JSON.stringify({ tests: { origins: ["*"] } }) });
  expect(all.status).toBe(401);
  expect(all.headers.get("access-control-allow-origin")).toBe(page);
  expect(all.headers.get("access-control-allow-credentials")).toBeNull();
  const none = await ask("/v1/tokens", { TENANTS: "{}" });
  expect(none.status).toBe(401);
  expect(none.headers.get("access-control-allow-origin")).toBeNull();
  expect(none.headers.get("vary")?.toLowerCase()).toContain("origin");
});
