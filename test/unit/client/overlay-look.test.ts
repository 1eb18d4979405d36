import { describe, expect, it } from "vitest";
import { lookOf, standardLook } from "../../../web/overlay/look.ts";
import { styleOf } from "../../../web/overlay/style.ts";

describe("the overlay's look", () => {
  it("is the standard one where the address says nothing", () => {
    expect(lookOf("")).toEqual({ look: standardLook, problems: [] });
    expect(lookOf("?tenant=acme")).toEqual({ look: standardLook, problems: [] });
  });

  it.each([
    ["size=48px", { size: "48px" }],
    ["size=6.5", { size: "6.5vh" }],
    ["lines=3", { lines: 3 }],
    ["width=32", { width: "32ch" }],
    ["width=80%25", { width: "80vw" }],
    ["position=top&align=center", { position: "top", align: "center" }],
    ["safe=0", { safePercent: 0 }],
    ["safe=10", { safePercent: 10 }],
    ["color=yellow", { color: { rgb: [255, 255, 0], opacityPercent: 100 } }],
    ["color=%23fC0/50", { color: { rgb: [255, 204, 0], opacityPercent: 50 } }],
    ["background=102030/0", { background: { rgb: [16, 32, 48], opacityPercent: 0 } }],
    ["background=none", { background: null }],
    ["font=small-caps&edge=drop-shadow", { font: "small-caps", edge: "drop-shadow" }],
    ["speakers=colours&mode=steady", { speakers: "colours", mode: "steady" }],
    ["linger=1.5", null],
    ["linger=20", { lingerMs: 20_000 }],
  ] as const)("is read from the address: %s", (search, changes) => {
    const { look, problems } = lookOf(`?${search}`);
    expect(problems).toEqual(changes === null ? [search] : []);
    expect(look).toEqual({ ...standardLook, ...changes });
  });

  it.each([
    "size=0",
    "size=expression(1)",
    "size=calc(1px)",
    "lines=0",
    "lines=11",
    "lines=x",
    "lines=1e1",
    "width=5",
    "width=101%",
    "width=-1",
    "position=middle",
    "align=right",
    "safe=26",
    "safe=-1",
    "color=none",
    "color=url(x)",
    "color=ffff",
    "color=black/101",
    "background=",
    "background=toString",
    "font=comic",
    "edge=toString",
    "speakers=names",
    "mode=",
    "linger=0",
    "linger=9999",
  ])("is left at its default, and said, where it makes no sense: %s", (given) => {
    const [name = "", value = ""] = given.split(/=(.*)/);
    expect(lookOf(`?${new URLSearchParams({ [name]: value })}`)).toEqual({
      look: standardLook,
      problems: [given],
    });
  });

  it("comes as values of the sheet's properties, and edges and voices stand out from the letters", () => {
    const style = (search: string) => styleOf(lookOf(search).look);
    expect(style("")).toMatchObject({
      "--size": "5vh",
      "--safe-inline": "5vw",
      "--letters": "rgb(255 255 255 / 100%)",
      "--back": "rgb(0 0 0 / 82%)",
      "--edge": "none",
    });
    expect(style("?background=none")["--back"]).toBe("transparent");
    expect(style("?edge=uniform")["--edge"]).toContain("rgb(0 0 0 / 100%)");
    expect(style("?edge=uniform&color=black")["--edge"]).toContain("rgb(255 255 255 / 100%)");
    expect(style("?color=black&background=white")["--voice-1"]).not.toBe(style("")["--voice-1"]);
    expect(style("?font=small-caps")["--caps"]).toBe("small-caps");
  });
});
