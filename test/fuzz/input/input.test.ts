import { afterAll, beforeAll, expect, it } from "vitest";
import { runFuzz } from "./run.ts";
import { type Service, startService } from "./service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.close());

const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** `npm run fuzz -- --input-cases 20000` plays twenty thousand. */
const cases = 600;

it(`answers ${cases} requests and members of all kinds as documented, and a bystander does not notice (seed ${seed})`, async () => {
  const { played, failures } = await runFuzz(service, { seed, cases });
  expect(failures).toEqual([]);
  expect(played).toBe(cases);
});
