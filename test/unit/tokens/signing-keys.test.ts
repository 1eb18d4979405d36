import { expect, it } from "vitest";
import { signingKeysOf } from "../../../party/tokens/signing-keys.ts";

const secret = (name: string) => `${name} secret of these tests, long enough`;

it("keys are the same for as long as the secrets are, whatever object brings them", () => {
  const both = () => ({ TOKEN_SECRET: secret("first"), TOKEN_SECRET_OTHER: secret("second") });
  const keys = signingKeysOf(both());
  expect(signingKeysOf(both())).toBe(keys);
  expect(signingKeysOf({ TOKEN_SECRET: secret("first") })).toHaveLength(1);
  const swapped = signingKeysOf({ TOKEN_SECRET: secret("second"), TOKEN_SECRET_OTHER: secret("first") });
  expect(swapped).toEqual([...keys].reverse());
  expect(signingKeysOf(both())).toEqual(keys);
});

it("a secret that is too short is refused, also after a good one", () => {
  signingKeysOf({ TOKEN_SECRET: secret("first") });
  expect(() => signingKeysOf({ TOKEN_SECRET: "short" })).toThrow();
});
