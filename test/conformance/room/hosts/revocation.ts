import { ask, type Service } from "../../../../cli/api.ts";

/** Refuses what was issued for a room until now, by an API key. */
export function revocation({ url, apiKey }: Service): (room: string) => Promise<void> {
  return async (room) => {
    await ask(`${url}/v1/revocations`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ room }),
    });
  };
}
