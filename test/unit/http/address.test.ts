import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey } from "../../../workers/http/address.ts";

const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
const hex = (group: number) => group.toString(16);

/** All in one way of writing it (RFC 4291 §2.2): with leading zeros, in capitals, with a run of zeros left out. */
function written(all: readonly number[], how: { zeros: boolean; capitals: boolean; short: boolean }): string {
  const texts = all.map((group) => (how.zeros ? hex(group).padStart(4, "0") : hex(group)));
  const from = all.findIndex((group, at) => group === 0 && all[at + 1] === 0);
  let to = from;
  while (all[to] === 0) to += 1;
  const text =
    how.short && from !== -1
      ? `${texts.slice(0, from).join(":")}::${texts.slice(to).join(":")}`
      : texts.join(":");
  return how.capitals ? text.toUpperCase() : text;
}

function isMapped(all: readonly number[]): boolean {
  return all.slice(0, 5).every((group) => group === 0) && all[5] === 0xffff;
}

describe("what an address is counted by", () => {
  it("is an IPv4 address itself", () => {
    for (const address of ["192.0.2.7", "0.0.0.0", "255.255.255.255"])
      expect(addressKey(address)).toBe(address);
  });

  it.each([
    "2001:db8:1:2::",
    "2001:db8:1:2::1",
    "2001:0db8:0001:0002:0000:0000:0000:0001",
    "2001:DB8:1:2:FFFF:ffff:FFFF:ffff",
    "2001:db8:1:2:0:0:192.0.2.7",
    "2001:db8:1:2::192.0.2.7",
  ])("is the /64 of an IPv6 address, however it is written: %s", (address) => {
    expect(addressKey(address)).toBe("2001:db8:1:2::/64");
  });

  it.each(["::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:192.0.2.7", "0000::ffff:c000:0207"])(
    "is the IPv4 address inside of a mapped one: %s",
    (address) => {
      expect(addressKey(address)).toBe("192.0.2.7");
    },
  );

  it.each([
    ["::", "0:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::ffff:0:192.0.2.7", "0:0:0:0::/64"],
    ["fe80::1", "fe80:0:0:0::/64"],
    ["1::", "1:0:0:0::/64"],
    ["0:0:0:1::", "0:0:0:1::/64"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    ["::2:3:4:5:6:7:8", "0:2:3:4::/64"],
  ])("of %s is %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it("does not depend on how it is written, nor on the last 64 bits, and on all of the first", () => {
    const how = fc.record({ zeros: fc.boolean(), capitals: fc.boolean(), short: fc.boolean() });
    const at = fc.integer({ min: 0, max: 3 });
    const sparse = fc.tuple(groups, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }));
    fc.assert(
      fc.property(sparse, groups, how, at, ([all, kept], others, one, index) => {
        const address = all.map((group, place) => (kept[place] === true ? group : 0));
        const neighbour = [...address.slice(0, 4), ...others.slice(4)];
        fc.pre(!isMapped(address) && !isMapped(neighbour));
        const key = `${address.slice(0, 4).map(hex).join(":")}::/64`;
        expect(addressKey(written(address, one))).toBe(key);
        expect(addressKey(written(neighbour, one))).toBe(key);
        const foreign = address.map((group, place) => (place === index ? group ^ 1 : group));
        fc.pre(!isMapped(foreign));
        expect(addressKey(written(foreign, one))).not.toBe(key);
      }),
    );
  });

  it("is something of bounded length for whatever comes, and never fails", () => {
    for (const rubbish of ["", ":", ":::", "::1%eth0", "1:2:3", "g::1", "[::1]", "::1]@[::2", "1.2.3.4:80"]) {
      expect(addressKey(rubbish).length).toBeLessThanOrEqual(Math.max(rubbish.length, 24));
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(addressKey(text).length).toBeLessThanOrEqual(Math.max(text.length, 24));
      }),
    );
  });
});
