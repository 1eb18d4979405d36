import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

/**
 * Seven kinds of tests, run one kind after the other: the later ones measure time and need the machine.
 * `npm test -- unit` runs one of them.
 */
export default defineConfig({
  test: {
    // What a passing test logs is of no interest.
    silent: "passed-only",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              cf: false,
              // No network here: a scripted provider stands in, and everything that is fetched reaches it.
              outboundService: "provider",
              analyticsEngineDatasets: { STATS: { dataset: "captionwire" } },
              workers: [
                {
                  name: "provider",
                  modules: true,
                  scriptPath: "test/support/provider-worker.mjs",
                  compatibilityDate: "2026-07-15",
                },
              ],
              bindings: {
                DEEPGRAM_BASE_URL: "http://provider.test",
                DEEPGRAM_API_KEY: "provider-key-of-the-tests",
                TOKEN_SECRET: "token-secret-of-the-tests-which-is-long-enough",
                // The key is "api-key-of-the-tests".
                API_KEYS: JSON.stringify([
                  {
                    name: "tests",
                    tenant: "tests",
                    sha256: "2a6e19959d52b15f6a60687176e3c861c855ae40195e08c2abaa52598f4d5a90",
                  },
                ]),
                LOCAL_PAGES: "true",
              },
            },
          }),
        ],
        test: {
          name: "runtime",
          include: ["test/runtime/**/*.test.ts"],
          setupFiles: ["test/support/quiet-after.ts"],
          globalSetup: ["test/support/build.ts"],
          maxWorkers: 1,
          testTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: ["test/e2e/attacks-*.test.ts"],
          globalSetup: ["test/support/build.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Real Workers too, but mostly waiting, and nothing of it a matter of time: several at once.
        test: {
          name: "attacks",
          include: ["test/e2e/attacks-*.test.ts"],
          globalSetup: ["test/support/build.ts"],
          maxWorkers: 3,
          testTimeout: 90_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "conformance",
          include: ["test/conformance/**/*.test.ts"],
          // It takes an address: `npm run conformance -- https://…`.
          exclude:
            process.env.CONFORMANCE_URL === undefined ? ["test/conformance/room/deployed.test.ts"] : [],
          globalSetup: ["test/conformance/room/hosts/shared-engine.ts"],
          // Tests of rooms mostly wait, each in a room of its own.
          maxConcurrency: 12,
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 5 },
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/build.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 6 },
        },
      },
    ],
  },
});
