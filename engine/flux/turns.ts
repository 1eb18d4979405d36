import type { Word } from "../recognise/words.ts";
import { endOfTurnConfidence, endsSentence } from "./confidence.ts";
import { type FluxSettings, reconfigure, type SettingsChange } from "./settings.ts";

type Open = {
  settings: FluxSettings;
  /** The `sequence_id` of the next message. */
  sequenceId: number;
  turnIndex: number;
  /** Where the turn's audio begins: at the beginning of the stream, or where the turn before ended. */
  turnStart: number;
  /** How far the stream has been transcribed, and how far the client was told. */
  heardTo: number;
  toldTo: number;
  /** Everything said in this turn so far, placed in the stream. */
  words: readonly Word[];
  confidence: number;
};
type Initial = Open & { kind: "initial" };
type Ongoing = Open & { kind: "ongoing" };
/** After an `EagerEndOfTurn`: the turn is over unless the speaker goes on. */
type Awaiting = Open & { kind: "awaiting" };

type Turn = Initial | Ongoing | Awaiting;

/** Where a Flux stream stands in its turns (reference 5.3). Positions are samples at 16 kHz since the stream began. */
export type TurnState = Turn | { kind: "closed" };

/** The stream was transcribed up to `position`; the turn's words so far. */
type Hearing = { position: number; words: readonly Word[] };

export type TurnEvent =
  /**
   * `settled`: the speaker pauses, since `pauseSamples`, and the words are the last ones for all he has said. Otherwise he
   * is speaking.
   */
  | ({ type: "heard"; pauseSamples: number; settled: boolean } & Hearing)
  | { type: "configure"; change: SettingsChange }
  | ({ type: "forceEndTurn" } & Hearing)
  | ({ type: "closeStream" } & Hearing)
  | { type: "failed"; code: string; description: string };

export type Trigger = "model" | "timeout" | "manual";
export type TurnInfo = {
  type: "TurnInfo";
  sequenceId: number;
  event: "Update" | "StartOfTurn" | "EagerEndOfTurn" | "TurnResumed" | "EndOfTurn";
  trigger: Trigger | null;
  turnIndex: number;
  from: number;
  to: number;
  words: readonly Word[];
  confidence: number;
  languageHints: readonly string[] | null;
};
export type TurnMessage =
  | { type: "Connected"; sequenceId: number }
  | TurnInfo
  | { type: "ConfigureSuccess"; sequenceId: number; settings: FluxSettings }
  | { type: "ConfigureFailure"; sequenceId: number; code: string | null; description: string }
  | { type: "Warning" | "Error"; sequenceId: number; code: string; description: string };

type Step<State extends TurnState = TurnState> = { state: State; messages: TurnMessage[] };

/** An `Update` says this often how far the stream has been transcribed, news or not (reference 5.3). */
const UPDATE_SAMPLES = 4000;

export function beginTurns(settings: FluxSettings): Step {
  return {
    state: {
      kind: "initial",
      settings,
      sequenceId: 1,
      turnIndex: 0,
      turnStart: 0,
      heardTo: 0,
      toldTo: 0,
      words: [],
      confidence: 0,
    },
    messages: [{ type: "Connected", sequenceId: 0 }],
  };
}

/** The next state, and what the client is told. After the stream was closed or has failed nothing is told any more. */
export function step(state: TurnState, event: TurnEvent): Step {
  if (state.kind === "closed") return { state, messages: [] };
  switch (event.type) {
    case "heard":
      return hear(state, event);
    case "configure":
      return configure(state, event.change);
    case "forceEndTurn":
      return forceEnd(state, event);
    case "closeStream":
      return close(state, event);
    case "failed": {
      const { code, description } = event;
      const message = { type: "Error" as const, sequenceId: state.sequenceId, code, description };
      return { state: { kind: "closed" }, messages: [message] };
    }
  }
}

function hear(state: Turn, event: TurnEvent & { type: "heard" }): Step {
  const finished = event.settled && endsSentence(textOf(event.words));
  const confidence = event.words.length === 0 ? 0 : endOfTurnConfidence(event.pauseSamples, finished);
  const taken = takeIn({ ...state, confidence }, event, !event.settled);
  // What has just begun or been resumed is not over in the same breath.
  if (taken.messages.length > 0) return taken;
  const turn = taken.state;
  if (turn.kind !== "initial" && event.settled) {
    const { eotThreshold, eagerEotThreshold, eotTimeoutMs } = turn.settings;
    if (confidence >= eotThreshold) return endTurn(turn, "model");
    if (event.pauseSamples >= eotTimeoutMs * 16) return endTurn(turn, "timeout");
    const eager = eagerEotThreshold !== null && confidence >= eagerEotThreshold;
    if (eager && turn.kind === "ongoing") return tell({ ...turn, kind: "awaiting" }, "EagerEndOfTurn");
  }
  return turn.heardTo - turn.toldTo < UPDATE_SAMPLES ? { state: turn, messages: [] } : tell(turn, "Update");
}

/** A turn begins with its first words; one that was thought over goes on when they change or the speaker does. */
function takeIn(state: Turn, hearing: Hearing, speaking: boolean): Step<Turn> {
  const { words } = hearing;
  const next: Turn = { ...state, words, heardTo: Math.max(state.heardTo, hearing.position) };
  if (next.kind === "initial" && words.length > 0) return tell({ ...next, kind: "ongoing" }, "StartOfTurn");
  const changed = textOf(words) !== textOf(state.words);
  if (next.kind === "awaiting" && (speaking || changed))
    return tell({ ...next, kind: "ongoing" }, "TurnResumed");
  return { state: next, messages: [] };
}

function forceEnd(state: Turn, hearing: Hearing): Step {
  const taken = takeIn(state, hearing, false);
  if (taken.state.kind !== "initial") {
    const ended = endTurn(taken.state, "manual");
    return { state: ended.state, messages: [...taken.messages, ...ended.messages] };
  }
  const { sequenceId } = taken.state;
  const warning: TurnMessage = {
    type: "Warning",
    sequenceId,
    code: "FORCE_END_TURN_NO_ACTIVE_TURN",
    description: "ForceEndTurn was received while no turn was active.",
  };
  return { state: { ...taken.state, sequenceId: sequenceId + 1 }, messages: [warning] };
}

/** The rest is told, but a turn that is still open stays so (reference 5.3, close). */
function close(state: Turn, hearing: Hearing): Step {
  const taken = takeIn(state, hearing, false);
  const news = taken.state.heardTo > taken.state.toldTo || textOf(taken.state.words) !== textOf(state.words);
  const { messages } = taken.messages.length === 0 && news ? tell(taken.state, "Update") : taken;
  return { state: { kind: "closed" }, messages };
}

/** Where eager ends are asked for, a turn ends by way of one (the state order of reference 5.3) unless it is forced. */
function endTurn(state: Ongoing | Awaiting, trigger: Trigger): Step {
  const { settings, words } = state;
  const viaEager =
    state.kind === "ongoing" &&
    trigger !== "manual" &&
    settings.eagerEotThreshold !== null &&
    words.length > 0;
  const eager: Step<Ongoing | Awaiting> = viaEager
    ? tell({ ...state, kind: "awaiting" }, "EagerEndOfTurn")
    : { state, messages: [] };
  const ended = tell(eager.state, "EndOfTurn", trigger);
  return {
    state: {
      ...ended.state,
      kind: "initial",
      turnIndex: state.turnIndex + 1,
      turnStart: state.heardTo,
      words: [],
      confidence: 0,
    },
    messages: [...eager.messages, ...ended.messages],
  };
}

function configure(state: Turn, change: SettingsChange): Step {
  const { sequenceId } = state;
  const answer = reconfigure(state.settings, change);
  if (!answer.ok) {
    const { code, description } = answer;
    const failure: TurnMessage = { type: "ConfigureFailure", sequenceId, code, description };
    return { state: { ...state, sequenceId: sequenceId + 1 }, messages: [failure] };
  }
  const { settings } = answer;
  return {
    state: { ...state, settings, sequenceId: sequenceId + 1 },
    messages: [{ type: "ConfigureSuccess", sequenceId, settings }],
  };
}

function tell<State extends Turn>(
  state: State,
  event: TurnInfo["event"],
  trigger: Trigger | null = null,
): Step<State> {
  const { sequenceId, turnIndex, turnStart: from, heardTo: to, confidence } = state;
  // The pre-roll of a turn's first word may lie in the turn before.
  const within = (position: number) => Math.min(to, Math.max(from, position));
  const words = state.words.map((word) => ({ ...word, start: within(word.start), end: within(word.end) }));
  const { languageHints } = state.settings;
  return {
    state: { ...state, sequenceId: sequenceId + 1, toldTo: to },
    messages: [
      {
        type: "TurnInfo",
        sequenceId,
        event,
        trigger,
        turnIndex,
        from,
        to,
        words,
        confidence,
        languageHints,
      },
    ],
  };
}

/** The turn's transcript, cased and punctuated as it was recognised. */
export function textOf(words: readonly Word[]): string {
  return words.map((word) => word.text).join(" ");
}
