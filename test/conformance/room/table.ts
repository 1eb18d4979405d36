import { table } from "../../../cli/terminal/table.ts";

/** What became of a rule on a host. With several tests of one rule: the worst of it. */
export type Outcome = "passed" | "failed" | "not tried";

export type Result = {
  readonly host: string;
  /** Of the rule. */
  readonly id: string;
  /** Of its test. */
  readonly title: string;
  readonly outcome: Outcome;
};

const titleMaxCharacters = 72;
const order: readonly Outcome[] = ["failed", "passed", "not tried"];

/** A table for people: a line for each rule, a column for each host, and what came of all of it. */
export function tableOf(results: readonly Result[]): string {
  const hosts = [...new Set(results.map(({ host }) => host))];
  const rows = [...new Set(results.map(({ id }) => id))].sort(byId).map((id) => {
    const title = results.find((result) => result.id === id)?.title ?? "";
    return [id, shortened(title), ...hosts.map((host) => outcomeOf(results, id, host))];
  });
  const counts = hosts.map((host) => {
    const passed = rows.filter((row) => row[hosts.indexOf(host) + 2] === "passed").length;
    return `${passed} of ${rows.length}`;
  });
  const lines = [["Rule", "", ...hosts], ...rows, ["", "passed", ...counts]];
  return table(lines).trimEnd();
}

function outcomeOf(results: readonly Result[], id: string, host: string): Outcome {
  const its = results.filter((result) => result.id === id && result.host === host);
  return order.find((outcome) => its.some((result) => result.outcome === outcome)) ?? "not tried";
}

const chapters = "CVDSPERXLT";

function byId(a: string, b: string): number {
  return (
    chapters.indexOf(a[0] ?? "") - chapters.indexOf(b[0] ?? "") || Number(a.slice(1)) - Number(b.slice(1))
  );
}

function shortened(title: string): string {
  return title.length <= titleMaxCharacters ? title : `${title.slice(0, titleMaxCharacters - 1)}…`;
}
