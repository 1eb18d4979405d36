import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scopes } from "../../shared/claims.ts";
import { eventually } from "../../testing/wait.ts";
import { Attacked } from "../support/attacked.ts";
import { finish, publishTo, speakInto } from "../support/attacks-speech.ts";
import { knock, speakPath, tryDoors } from "../support/doors.ts";
import { forge, goodClaims } from "../support/forged.ts";

const room = "logged";

/** All that could go wrong while somebody's words and secrets are at hand. */
describe("what the Worker logs", () => {
  let attacked: Attacked;

  beforeAll(async () => {
    attacked = await Attacked.start();
  });
  afterAll(() => attacked?.close());

  const said = (about: string): string => attacked.secret(`${about} ${randomUUID()}`);

  it("is something: a socket to the provider that was refused, and one that was lost", async () => {
    const refused = await publishTo(attacked, room, {
      start: { language: attacked.provider.refusedLanguage },
    });
    await refused.closed();
    const publisher = await publishTo(attacked, room, { start: { keyterms: [said("Keyterm")] } });
    attacked.provider.words = said("Heard");
    speakInto(publisher, 1);
    await eventually(
      "captions",
      () => publisher.of("ack").length,
      (count) => count > 0,
    );
    attacked.provider.hangUp();
    await eventually(
      "the log",
      () => attacked.log(),
      (log) => log.includes("upstream_closed") && log.includes("upstream_refused"),
    );
    publisher.close();
  });

  it("while captions are corrected, read, exported and deleted", async () => {
    attacked.provider.words = said("Corrected");
    const name = "logged-corrected";
    const publisher = await publishTo(attacked, name);
    speakInto(publisher, 1);
    await finish(publisher);
    const credential = await attacked.token({ scopes: [...scopes], room: name });
    const { text } = await attacked.ask(`/v1/rooms/${name}/captions`, { credential });
    const [id] = /(?<="id":")[^"]+(?=","start")|(?<="id":")[^"]+/.exec(text) ?? [];
    for (const change of [said("By hand"), "", "x".repeat(5_000)]) {
      await attacked.ask(`/v1/rooms/${name}/captions/${id}`, {
        method: "PATCH",
        credential,
        body: { text: change },
      });
    }
    await tryDoors(attacked, name, credential);
  });

  it("while texts are spoken, refused and lost in the middle", async () => {
    const credential = await attacked.token({ scopes: ["speak"] });
    const speak = (text: string) => attacked.ask(speakPath, { method: "POST", credential, body: { text } });
    await speak(said("Spoken"));
    for (const status of [400, 401, 402, 403, 422, 500]) {
      attacked.provider.voice = (text, response) => {
        response.writeHead(status, { "content-type": "application/json", "dg-error": text });
        response.end(JSON.stringify({ err_code: "X", err_msg: text }));
      };
      await speak(said(`Refused with ${status}`));
    }
    attacked.provider.voice = (_, response) => {
      response.writeHead(200, { "content-type": "audio/l16;rate=24000", "content-length": "9000" });
      response.write(Buffer.alloc(100), () => response.destroy());
    };
    await speak(said("Lost")).catch(() => null);
    await attacked.ask(`${speakPath}&text=${encodeURIComponent(said("Address"))}`, {
      method: "POST",
      credential,
    });
  });

  it("while secrets are where they do not belong", async () => {
    const token = await attacked.token({ scopes: [...scopes], room });
    const ticket = await attacked.token({ scopes: ["captions:view"], room, singleUse: true });
    const forged = attacked.secret(forge({ alg: "HS256", kid: "x" }, goodClaims(room), "y"));
    for (const secret of [
      token,
      ticket,
      forged,
      attacked.keys.acme,
      attacked.signing.first,
      attacked.provider.key,
    ]) {
      const inAddress = encodeURIComponent(secret);
      const headers = { "x-request-id": secret, "user-agent": secret, origin: `https://${secret}.example` };
      for (const path of [
        `/v1/rooms/${inAddress}`,
        `/v1/speak/${inAddress}`,
        `/${inAddress}`,
        `/?key=${inAddress}`,
      ]) {
        await attacked.ask(path, { credential: secret });
        await attacked.ask(path, { method: "POST", credential: secret, headers, body: { secret } });
      }
      const visitors = [
        await knock(attacked.url, room, { ticket: secret }),
        await knock(attacked.url, room, {
          token: secret,
          query: { role: secret, epoch: secret, version: secret },
        }),
      ];
      for (const visitor of visitors) {
        await visitor.isIn();
        visitor.send(JSON.stringify({ type: "auth", token: secret }));
        visitor.send(secret);
        visitor.close();
      }
    }
  });

  it("holds the name of what happened, and no token, key, secret or word", async () => {
    const before = attacked.log();
    for (const event of [
      "session_began",
      "session_ended",
      "upstream_opened",
      "upstream_closed",
      "upstream_lost",
      "publisher_lost",
    ]) {
      expect(before).toContain(event);
    }
    await attacked.killAndRestart();
    expect(attacked.log().length).toBeGreaterThanOrEqual(before.length);
    expect(attacked.secrets.size).toBeGreaterThan(25);
    expect(attacked.leaked()).toEqual([]);
    // No stack of an unforeseen error either: everything above was foreseen.
    expect(
      attacked
        .log()
        .split("\n")
        .filter((line) => /unhandled|_failed'?,? error|^\s+at /.test(line)),
    ).toEqual([]);
  });

  it("would show a secret, if one were in it", () => {
    attacked.secret("upstream_closed");
    expect(attacked.leaked()).toEqual(["upstream_closed"]);
  });
});
