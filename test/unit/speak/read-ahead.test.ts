import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadAhead } from "../../../workers/speak/pipeline/read-ahead.ts";

describe("what is read ahead", () => {
  it("comes out as it went in, never much more of it held than allowed, whoever is faster", async () => {
    const parts = fc.array(fc.uint8Array({ minLength: 0, maxLength: 40 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        parts,
        fc.scheduler(),
        fc.integer({ min: 1, max: 100 }),
        async (pieces, scheduler, most) => {
          const ahead = new ReadAhead(most);
          let given = 0;
          let taken = 0;
          const fill = async (): Promise<void> => {
            for (const piece of pieces) {
              await scheduler.schedule(Promise.resolve());
              await ahead.room();
              expect(given - taken).toBeLessThan(most);
              ahead.push(piece);
              given += piece.length;
            }
            ahead.end();
          };
          const out: number[] = [];
          const take = async (): Promise<void> => {
            for (let part = await ahead.read(); part !== null; part = await ahead.read()) {
              taken += part.length;
              out.push(...part);
              await scheduler.schedule(Promise.resolve());
            }
          };
          const both = Promise.all([fill(), take()]);
          await scheduler.waitFor(both);
          expect(out).toEqual(pieces.flatMap((piece) => [...piece]));
          expect(await ahead.read()).toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives out what was read before an error, then the error, each time", async () => {
    const ahead = new ReadAhead(10);
    ahead.push(new Uint8Array([1]));
    ahead.end(new Error("torn"));
    ahead.end();
    expect(await ahead.read()).toEqual(new Uint8Array([1]));
    await expect(ahead.read()).rejects.toThrow("torn");
    await expect(ahead.read()).rejects.toThrow("torn");
  });
});
