import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../testing/wait.ts";
import { open, play } from "./connection.ts";
import { type FluxMessage, fluxMessageSchema, type TurnInfo } from "./flux-schemas.ts";
import { joined, otherSentence, sampleRate, sentence, silence, speech, wordErrorRate } from "./speech.ts";
import { clientOf, startTarget, type Target } from "./target.ts";
import { turnsFollowTheirRules } from "./turns.ts";

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

/** What Flux asks for. */
const frameMs = 80;

async function listen(options = {}) {
  const connection = await clientOf(target).listen.v2.connect({
    model: "flux-general-en",
    encoding: "linear16",
    sample_rate: sampleRate,
    reconnectAttempts: 0,
    ...options,
  });
  return open(connection, fluxMessageSchema);
}

type Flux = Awaited<ReturnType<typeof listen>>;

const turnsOf = (flux: Flux): TurnInfo[] => flux.messages().filter((message) => message.type === "TurnInfo");
const endsOf = (flux: Flux): TurnInfo[] => turnsOf(flux).filter(({ event }) => event === "EndOfTurn");

function until<T extends FluxMessage>(
  flux: Flux,
  what: string,
  matches: (message: FluxMessage) => message is T,
) {
  return eventually(
    what,
    () => flux.messages().find(matches),
    (found) => found !== undefined,
  );
}

const ofType =
  <Type extends FluxMessage["type"]>(type: Type) =>
  (message: FluxMessage): message is Extract<FluxMessage, { type: Type }> =>
    message.type === type;

async function finish(flux: Flux) {
  flux.socket.sendCloseStream({ type: "CloseStream" });
  return flux.closed();
}

describe("listen v2, Flux", () => {
  it("connects, numbers its messages and takes turns by the rules", async () => {
    const flux = await listen({ eot_timeout_ms: 1500 });
    const audio = [await speech(target, sentence), silence(2.5), await speech(target, otherSentence)];
    await play(flux, joined(silence(0.5), ...audio, silence(2.5)), { frameMs });
    await eventually(
      "two turns end",
      () => endsOf(flux),
      (ends) => ends.length >= 2,
    );
    await finish(flux);

    const messages = flux.messages();
    expect(messages[0]?.type).toBe("Connected");
    expect(messages.map(({ sequence_id }) => sequence_id)).toEqual(messages.map((_, index) => index));
    turnsFollowTheirRules(turnsOf(flux));
    expect(turnsOf(flux).map(({ event }) => event)).not.toContain("EagerEndOfTurn");
    expect(
      wordErrorRate(
        `${sentence} ${otherSentence}`,
        endsOf(flux)
          .map((end) => end.transcript)
          .join(" "),
      ),
    ).toBeLessThan(0.3);
    expect(endsOf(flux)[0]?.transcript).toMatch(/^Please .*\.$/);
    for (const { trigger } of endsOf(flux)) expect(["model", "timeout"]).toContain(trigger);
  });

  it("announces an end early only when asked, and ends with what it announced", async () => {
    const flux = await listen({ eager_eot_threshold: 0.3, eot_threshold: 0.8, eot_timeout_ms: 3000 });
    await play(flux, joined(await speech(target, sentence), silence(4)), { frameMs });
    await eventually(
      "the turn ends",
      () => endsOf(flux),
      (ends) => ends.length > 0,
    );
    await finish(flux);
    turnsFollowTheirRules(turnsOf(flux));
    expect(turnsOf(flux).map(({ event }) => event)).toContain("EagerEndOfTurn");
  });

  it("ends a turn at once when told to, and warns when there is none", async () => {
    const flux = await listen({ eot_threshold: 1, eot_timeout_ms: 60_000 });
    flux.socket.sendForceEndTurn({ type: "ForceEndTurn" });
    const warning = await until(flux, "the warning", ofType("Warning"));
    expect(warning?.code).toBe("FORCE_END_TURN_NO_ACTIVE_TURN");
    await play(flux, await speech(target, sentence), { frameMs });
    await eventually(
      "the turn begins",
      () => turnsOf(flux).map(({ event }) => event),
      (events) => events.includes("StartOfTurn"),
    );
    flux.socket.sendForceEndTurn({ type: "ForceEndTurn" });
    await eventually(
      "the turn ends",
      () => endsOf(flux),
      (ends) => ends.length > 0,
    );
    expect(endsOf(flux)[0]).toMatchObject({ trigger: "manual", turn_index: 0 });
    await finish(flux);
    turnsFollowTheirRules(turnsOf(flux));
  });

  it("tells of changed thresholds, and of those it cannot take", async () => {
    const flux = await listen({ eot_threshold: 0.7 });
    flux.socket.sendConfigure({
      type: "Configure",
      thresholds: { eot_threshold: 0.8, eager_eot_threshold: 0.5, eot_timeout_ms: 4000 },
      keyterms: ["captionwire"],
    });
    const done = await until(flux, "ConfigureSuccess", ofType("ConfigureSuccess"));
    expect(done).toMatchObject({
      thresholds: { eot_threshold: 0.8, eager_eot_threshold: 0.5, eot_timeout_ms: 4000 },
      keyterms: ["captionwire"],
    });
    flux.socket.sendConfigure({ type: "Configure", thresholds: { eot_threshold: 7 } });
    await until(flux, "ConfigureFailure", ofType("ConfigureFailure"));
    // What a later Configure leaves out keeps its value.
    flux.socket.sendConfigure({ type: "Configure", thresholds: { eot_timeout_ms: 2000 } });
    await eventually(
      "a second ConfigureSuccess",
      () => flux.messages().filter(ofType("ConfigureSuccess")).at(1)?.thresholds,
      (thresholds) => thresholds?.eot_threshold === 0.8 && thresholds.eot_timeout_ms === 2000,
    );
    await finish(flux);
  });

  it("ends without EndOfTurn, Metadata or a code when the client closes in mid-turn", async () => {
    const flux = await listen({ eot_threshold: 1, eot_timeout_ms: 60_000 });
    await play(flux, await speech(target, sentence), { frameMs });
    const closed = await finish(flux);
    expect(closed.code).toBe(1005);
    turnsFollowTheirRules(turnsOf(flux));
    expect(endsOf(flux)).toEqual([]);
    expect(wordErrorRate(sentence, turnsOf(flux).at(-1)?.transcript ?? "")).toBeLessThan(0.3);
  });

  it("knows no KeepAlive: a message it cannot read is fatal", async () => {
    const flux = await listen();
    flux.socket.socket.send('{"type":"KeepAlive"}');
    await flux.closed();
    expect(flux.messages().at(-1)).toMatchObject({ type: "Error", code: "UNPARSABLE_CLIENT_MESSAGE" });
  });

  it.each([
    ["a Nova model", { model: "nova-3" }],
    ["a parameter of v1", { queryParams: { interim_results: "true" } }],
    ["a threshold out of range", { eot_threshold: 0.2 }],
    ["an eager threshold above the other", { eot_threshold: 0.6, eager_eot_threshold: 0.8 }],
    ["a timeout out of range", { eot_timeout_ms: 100 }],
    ["a language hint for one that knows English only", { language_hint: "es" }],
  ])("refuses %s: 400", async (_, options) => {
    await expect(listen(options)).rejects.toThrow("400");
  });
});
