import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Seat } from "../../../party/host/ground.ts";
import { isOpen, seatOf } from "../../../party/host/members.ts";
import { Pings } from "../../../party/host/pings.ts";
import { errorTable } from "../../../shared/errors.ts";
import { limits } from "../../../shared/limits.ts";
import { pong } from "../../../shared/protocol.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function member(): { readonly seat: Seat; readonly sent: string[]; readonly closes: number[] } {
  const sent: string[] = [];
  const closes: number[] = [];
  const connection = {
    id: "m1",
    state: null,
    setState: () => {},
    send: (text: string) => sent.push(text),
    close: (code: number) => closes.push(code),
  };
  return { seat: seatOf(connection, { lastPingAt: () => null, closing: () => {} }), sent, closes };
}

it("as many pings are answered as control messages may be sent, and then their member is dismissed", () => {
  const pings = new Pings();
  const { seat, sent, closes } = member();
  expect(pings.lastAt(seat)).toBeNull();
  for (let count = 0; count < limits.controlBurst; count += 1) pings.answer(seat);
  expect(sent).toEqual(Array(limits.controlBurst).fill(pong));
  expect(pings.lastAt(seat)).toBe(Date.now());
  vi.setSystemTime(Date.now() + 1_000);
  for (let count = 0; count < limits.controlPerSecond; count += 1) pings.answer(seat);
  expect(closes).toEqual([]);
  pings.answer(seat);
  expect(JSON.parse(sent.at(-1) ?? "")).toMatchObject({ type: "error", code: "rate_limited" });
  expect(closes).toEqual([errorTable.rate_limited.close]);
});

it("a member's pings are not counted for another", () => {
  const pings = new Pings();
  const [first, second] = [member(), member()];
  for (let count = 0; count <= limits.controlBurst; count += 1) pings.answer(first.seat);
  pings.answer(second.seat);
  expect([first.closes.length, second.closes.length]).toEqual([1, 0]);
});

it("a connection that is closing is no open one", () => {
  expect([0, 1, 2, 3].filter((readyState) => isOpen({ readyState }))).toEqual([1]);
});
