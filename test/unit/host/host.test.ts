import { expect, it } from "vitest";
import type { Ground } from "../../../party/host/ground.ts";
import { RoomHost } from "../../../party/host/host.ts";
import { passHeader } from "../../../party/paths.ts";
import { CaptionwireError } from "../../../shared/errors.ts";

const nobody = (): never => {
  throw new Error("Nobody asks for it.");
};

/** A room that is not there, of a tenant that cannot be asked. */
function groundFailingWith(error: Error): Ground {
  const fail = () => Promise.reject(error);
  return {
    name: "acme/hall",
    env: {},
    registry: { admit: fail, standing: fail, forget: fail },
    exists: () => false,
    keep: nobody,
    clear: nobody,
    setAlarm: nobody,
    ports: nobody,
    seats: nobody,
    seat: nobody,
  };
}

const upgrade = new Request("https://room/", {
  headers: {
    upgrade: "websocket",
    [passHeader]: JSON.stringify({ tokenId: "t1", issuedAt: 1, expiresAt: 2 }),
  },
});

it.each([
  ["what its tenant's list is away with", new CaptionwireError("draining"), "draining"],
  ["no more than the table of errors has, for what nobody foresaw", new Error("secret"), "internal"],
])("whoever comes to a room that is not there is refused with %s", async (_, error, code) => {
  const refusal = await new RoomHost(groundFailingWith(error)).refusalFor(upgrade);
  expect(refusal).toMatchObject({ code });
  expect(refusal?.message).not.toContain("secret");
});
