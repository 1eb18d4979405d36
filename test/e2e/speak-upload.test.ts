import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import { useSpeakBench } from "../support/speak-bench.ts";

const bench = useSpeakBench();

describe("a client that leaves in the middle of its upload", () => {
  it.each(["content-length", "transfer-encoding"])("(%s) leaves no place taken", async (framing) => {
    const { provider, newText, stack, hear } = bench();
    const spoken = await newText(1);
    provider.begin();
    const body = JSON.stringify({ text: spoken.text });
    for (let count = 0; count <= limits.speakAtOnceMax; count += 1) {
      const outgoing = request(`${stack.url}/v1/speak`, {
        method: "POST",
        agent: false,
        headers: {
          authorization: `Bearer ${spoken.token}`,
          "content-type": "application/json",
          [framing]: framing === "content-length" ? String(body.length) : "chunked",
        },
      });
      outgoing.on("error", () => {}); // we hang up ourselves
      outgoing.write(body.slice(0, 20));
      // Nothing is answered yet that would tell that the Worker waits for the rest.
      await new Promise((resolve) => setTimeout(resolve, 60));
      outgoing.socket?.resetAndDestroy();
    }
    expect(await hear(spoken)).toMatchObject({ status: 200, ended: "whole" });
    expect(provider.texts).toEqual(spoken.chunks);
  });
});

describe("a provider that says much about its refusal", () => {
  it("has all of it passed on, and no more in a header than a client takes", async () => {
    const { provider, newText, hear } = bench();
    const spoken = await newText(1);
    const refusal = { err_code: "Bad Request", err_msg: "é".repeat(limits.speakRefusalMaxBytes / 2 - 100) };
    provider.begin((asked) => asked.refuse(400, refusal));
    const answer = await hear(spoken);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.audio.toString())).toMatchObject(refusal);
    expect(answer.headers["dg-error"]).toMatch(/^\?{100,500}$/);
  });
});
