import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { startReadingProvider } from "../support/reading-provider.ts";
import { scriptedPages } from "../support/scripted-pages.ts";

const scripted = scriptedPages(() => startReadingProvider([]));

/** The page, with one of its operations opened; and where its requests went. */
async function open(id: string) {
  const { page, complaints } = await scripted.open("/");
  const asked: URL[] = [];
  page.on("request", (request) => asked.push(new URL(request.url())));
  await page.getByRole("link", { name: "Interface" }).click();
  const operation = page.locator(`#${id}`);
  await operation.locator(":scope > summary").click();
  return { page, complaints, asked, operation };
}

const send = (place: ReturnType<Page["locator"]>) => place.getByRole("button", { name: "Send" }).click();

it("is led to from the first page, and an operation that is tried shows its answer", async () => {
  const { page, complaints, asked, operation } = await open("putRoom");
  await operation.getByRole("textbox", { name: "room", exact: true }).fill("tried");
  await operation.getByLabel("Example").selectOption("public");
  await expect
    .poll(() => operation.getByLabel("The request for curl").textContent())
    .toContain("/v1/rooms/tried'");
  await send(operation);
  await operation.getByText(/^200 OK, after \d+ ms$/).waitFor();
  const shown = JSON.parse((await operation.getByLabel("Body of the answer").textContent()) ?? "");
  expect(shown).toMatchObject({ room: "tried", settings: { public: true, maxViewers: 500 } });
  expect(await page.locator("#announced").textContent()).toMatch(/^200 OK/);
  // Nobody but the Worker was asked for anything.
  const origins = new Set(asked.map(({ origin }) => origin));
  expect([...origins]).toEqual([new URL(scripted.stack.url).origin]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it("has an API key make a token, tries the rest with it, and keeps neither", async () => {
  const { page, complaints, operation } = await open("createToken");
  await send(operation);
  await operation.getByText(/^Paste an API key above/).waitFor();
  await page.getByLabel("API key").fill(scripted.stack.apiKey);
  await send(operation);
  await operation.getByRole("button", { name: "Use this token" }).click();
  const token = await page.getByLabel("Token", { exact: true }).inputValue();
  expect(token.split(".")).toHaveLength(3);
  // It is a viewer's: with it, and not with one of the page's own, settings are refused.
  const put = page.locator("#putRoom");
  await put.locator(":scope > summary").click();
  await send(put);
  await put.getByText(/^403 Forbidden/).waitFor();
  expect(await put.getByLabel("Body of the answer").textContent()).toContain("scope_missing");
  expect(await page.content()).not.toContain(scripted.stack.apiKey);
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie])).toEqual([
    0,
    0,
    "",
  ]);
  await page.reload();
  await page.locator("#createToken").waitFor();
  expect(await page.getByLabel("API key").inputValue()).toBe("");
  // Browsers write every answer down that is an error.
  expect(complaints.filter((complaint) => !complaint.includes("403 (Forbidden)"))).toEqual([]);
  await page.context().close();
});

it("shows a stream as it comes, until it is stopped", async () => {
  const { page, complaints, operation } = await open("putRoom");
  await send(operation);
  await operation.getByText(/^200 OK/).waitFor();
  const stream = page.locator("#followCaptions");
  await stream.locator(":scope > summary").click();
  await send(stream);
  await expect
    .poll(() => stream.getByLabel("Body of the answer").textContent())
    .toContain('"type":"snapshot"');
  await stream.getByText(/more is coming$/).waitFor();
  // By the keyboard.
  await stream.getByRole("button", { name: "Stop" }).focus();
  await page.keyboard.press("Enter");
  await stream.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
  expect(await stream.getByLabel("Body of the answer").textContent()).toContain('"type":"snapshot"');
  expect(complaints).toEqual([]);
  await page.context().close();
});

/** What a shell makes of the line, with a status at the end: all of it, or of a stream as far as `until`. */
async function typed(
  line: string,
  cwd: string,
  env: Record<string, string>,
  until?: string,
): Promise<string> {
  const child = spawn("sh", ["-c", `exec ${line} -sS -w ' %{http_code}'`], {
    cwd,
    env: { ...process.env, ...env },
  });
  let said = "";
  for await (const piece of child.stdout) {
    said += String(piece);
    if (until !== undefined && said.includes(until)) child.kill();
  }
  return said;
}

it("shows requests for a terminal that a shell can send", async () => {
  const { page } = await open("putRoom");
  const { stack } = scripted;
  const folder = await mkdtemp(join(tmpdir(), "captionwire-typed-"));
  const TOKEN = await stack.token({ scopes: ["rooms:admin", "rooms:stats", "captions:view", "speak"] });
  const secrets = { TOKEN, API_KEY: stack.apiKey };
  const lineOf = async (id: string) => {
    const operation = page.locator(`#${id}`);
    if ((await operation.getAttribute("open")) === null) await operation.locator(":scope > summary").click();
    return (await operation.getByLabel("The request for curl").textContent()) ?? "";
  };
  try {
    for (const id of ["putRoom", "getRoom", "getCaptions", "exportVtt", "listRooms", "createToken", "health"])
      expect(await typed(await lineOf(id), folder, secrets), id).toMatch(/ 200$/);
    expect(await typed(await lineOf("getRoom"), folder, {})).toMatch(/ 401$/);
    expect(await typed(await lineOf("followCaptions"), folder, secrets, "snapshot")).toContain("snapshot");
    expect(await typed(await lineOf("followStats"), folder, secrets, "event: stats")).toContain("data:");
    // This provider only listens.
    expect(await typed(await lineOf("speak"), folder, secrets)).not.toMatch(/401$/);
    expect(await readdir(folder)).toEqual(["speech.mp3"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await page.context().close();
});
