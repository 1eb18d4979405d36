import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeDirections } from "../../../shared/direction.ts";

const [lre, rle, pdf, lro, rlo] = ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e"] as const;
const [lri, rli, fsi, pdi] = ["\u2066", "\u2067", "\u2068", "\u2069"] as const;

describe("closeDirections", () => {
  it.each([
    ["nothing", "שלום, world", ""],
    ["an override", `${rlo}gnp.exe`, pdf],
    ["each of its kind, the innermost first", `${lre}a${rli}b${lro}c`, pdf + pdi + pdf],
    ["what an end of its own leaves open", `${rle}a${fsi}b${pdi}c`, pdf],
    ["no embedding that ended with the isolate around it", `${lri}a${rlo}b${pdi}c`, ""],
    ["no override for an end outside of its isolate", `${rlo}a${lri}b${pdf}c`, pdi + pdf],
    ["nothing for ends of what never began", `${pdi}${pdf}a${pdi}`, ""],
    ["what begins behind such an end", `${pdi}${rlo}a`, pdf],
  ])("ends %s", (_, text, ends) => {
    expect(closeDirections(text)).toBe(text + ends);
  });

  it("leaves what is closed as it is", () => {
    const text = fc.array(fc.constantFrom(lre, rle, pdf, lro, rlo, lri, rli, fsi, pdi, "a", "ש"));
    fc.assert(
      fc.property(text, (parts) => {
        const closed = closeDirections(parts.join(""));
        expect(closeDirections(closed)).toBe(closed);
        // Whatever went before, an override behind it needs exactly its own end.
        expect(closeDirections(closed + rlo)).toBe(closed + rlo + pdf);
      }),
    );
  });
});
