import { globSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { UserError } from "../errors.ts";
import { table } from "../terminal/table.ts";

export type Size = { readonly bytes: number; readonly gzipped: number };
type FileSize = Size & { readonly file: string };
export type Sizes = { readonly worker: Size; readonly pages: readonly FileSize[] };

const kib = 1_024;
const mib = 1_024 * kib;

/**
 * What Cloudflare takes of a Worker: 64 MiB in all since September 2026, and until then, as wrangler still reports it,
 * 3 MiB gzipped on the free plan and 10 MiB on the paid one. And of a file of the pages.
 */
export const sizeLimits = {
  workerBytes: 64 * mib,
  workerGzippedFree: 3 * mib,
  workerGzippedPaid: 10 * mib,
  pageBytes: 25 * mib,
} as const;

/** Measures a folder that wrangler bundled a Worker into, without its source maps, and one of pages. */
export function measureSizes(workerFolder: string, pagesFolder: string): Sizes {
  const modules = globSync("**/*.{js,mjs,wasm,bin,txt}", { cwd: workerFolder });
  const sizes = modules.map((file) => sizeOf(join(workerFolder, file)));
  const pages = globSync("**/*.*", { cwd: pagesFolder })
    .filter((file) => extname(file) !== "")
    .map((file) => ({ file, ...sizeOf(join(pagesFolder, file)) }))
    .sort((a, b) => b.gzipped - a.gzipped || a.file.localeCompare(b.file));
  return { worker: sumOf(sizes), pages };
}

/** Throws a `UserError` for what Cloudflare would not take on any plan. */
export function checkSizes({ worker, pages }: Sizes): void {
  if (worker.bytes === 0) throw new UserError("The Worker was built into nothing: run npm run deploy again.");
  if (worker.bytes > sizeLimits.workerBytes || worker.gzipped > sizeLimits.workerGzippedPaid) {
    throw new UserError(`The Worker is too large for any plan: ${sizeText(worker)}.`);
  }
  const large = pages.find(({ bytes }) => bytes > sizeLimits.pageBytes);
  if (large !== undefined) {
    throw new UserError(
      `${large.file} is too large: ${kibText(large.bytes)} of ${kibText(sizeLimits.pageBytes)}.`,
    );
  }
}

/** For people: the Worker against its limits, then each file of the pages, the largest first. */
export function sizesText({ worker, pages }: Sizes): string {
  const share = (limit: number): string => `${((worker.gzipped / limit) * 100).toFixed(1)} %`;
  const rows = pages.map(({ file, bytes, gzipped }) => [file, kibText(bytes), kibText(gzipped)]);
  const all = sumOf(pages);
  return [
    `Worker  ${kibText(worker.bytes)} of 64 MiB; ${kibText(worker.gzipped)} gzipped, ${share(sizeLimits.workerGzippedFree)} of a free plan's 3 MiB, ${share(sizeLimits.workerGzippedPaid)} of a paid plan's 10 MiB`,
    "",
    table([["Pages", "size", "gzipped"], ...rows, ["all", kibText(all.bytes), kibText(all.gzipped)]], {
      figures: true,
    }).trimEnd(),
  ].join("\n");
}

function sizeText({ bytes, gzipped }: Size): string {
  return `${kibText(bytes)}, ${kibText(gzipped)} gzipped`;
}

function kibText(bytes: number): string {
  return `${(bytes / kib).toFixed(1)} KiB`;
}

function sizeOf(path: string): Size {
  const content = readFileSync(path);
  return { bytes: content.length, gzipped: gzipSync(content).length };
}

function sumOf(sizes: readonly Size[]): Size {
  return {
    bytes: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    gzipped: sizes.reduce((sum, { gzipped }) => sum + gzipped, 0),
  };
}
