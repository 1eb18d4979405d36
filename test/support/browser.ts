import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import manifest from "../../node_modules/@sparticuz/chromium/package.json" with { type: "json" };

const cache = fileURLToPath(new URL("../../node_modules/.cache/captionwire", import.meta.url));

export type LaunchOptions = {
  /** Whether scrollbars take room beside the text, as on most desktops; without it there are none to be seen. */
  scrollbars?: boolean;
  /** A 16-bit WAV file that the browser hears as its microphone, in a loop. */
  microphone?: string;
  /** What whoever sits before it answers when a page asks for a microphone or for a tab; by default that it may. */
  answer?: "allow" | "deny";
};

/**
 * A headless Chromium that came with `npm install`: no download, no system package.
 * It unpacks itself once into `node_modules/.cache`.
 */
export async function launchBrowser({
  microphone,
  answer = "allow",
  scrollbars = false,
}: LaunchOptions = {}): Promise<Browser> {
  const home = await unpacked();
  return chromium.launch({
    executablePath: join(home, "chromium"),
    env: {
      ...process.env,
      // The libraries and fonts that the package brings, so that none of the machine's are needed.
      LD_LIBRARY_PATH: join(home, "al2023", "lib"),
      FONTCONFIG_PATH: home,
      // Where the machine has no language the browser makes up "en-US@posix", which `Intl` throws at.
      LANG: "en_US.UTF-8",
    },
    chromiumSandbox: false,
    ...(scrollbars ? { ignoreDefaultArgs: ["--hide-scrollbars"] } : {}),
    args: [
      "--no-zygote",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-domain-reliability",
      "--no-pings",
      "--autoplay-policy=no-user-gesture-required",
      answer === "allow" ? "--use-fake-ui-for-media-stream" : "--use-fake-ui-for-media-stream=deny",
      "--use-fake-device-for-media-stream",
      ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`]),
    ],
  });
}

async function unpacked(): Promise<string> {
  const home = join(cache, `chromium-${manifest.version}`);
  if (existsSync(join(home, "chromium"))) return home;
  await mkdir(cache, { recursive: true });
  // Unpacked elsewhere and then moved: a browser whose unpacking was interrupted must never be found.
  const staging = await mkdtemp(join(cache, "unpacking-"));
  // The package unpacks into the temporary folder, and its libraries only where it believes to be on Lambda.
  const before = { TMPDIR: process.env.TMPDIR, AWS_LAMBDA_JS_RUNTIME: process.env.AWS_LAMBDA_JS_RUNTIME };
  const libraryPath = process.env.LD_LIBRARY_PATH;
  const fontPath = process.env.FONTCONFIG_PATH;
  process.env.TMPDIR = staging;
  process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs24.x";
  try {
    const { default: pack } = await import("@sparticuz/chromium");
    pack.setGraphicsMode = false;
    await pack.executablePath();
  } finally {
    restore({ ...before, LD_LIBRARY_PATH: libraryPath, FONTCONFIG_PATH: fontPath });
  }
  await writeFile(
    join(staging, "fonts.conf"),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(home, "fonts")}</dir><cachedir>${join(home, "fonts-cache")}</cachedir></fontconfig>\n`,
  );
  try {
    await rename(staging, home);
  } catch {
    // Someone else was quicker; theirs is the same.
    await rm(staging, { recursive: true, force: true });
  }
  return home;
}

function restore(environment: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
