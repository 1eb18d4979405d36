import * as fluxFrames from "./flux-frames.ts";
import * as novaFrames from "./nova-frames.ts";
import type { Said } from "./said.ts";

export type Protocol = "nova" | "flux";

/** How what a script says is put into frames on one socket. */
export type Wire = {
  readonly opened: readonly string[];
  interim(said: Said): readonly string[];
  final(said: Said, speechFinal: boolean): readonly string[];
  /** Nobody spoke there: the position moves on, and nothing is said. */
  silence(said: Said): readonly string[];
  utteranceEnd(lastWordEndMs: number): readonly string[];
  /** Says that the socket is alive, and nothing of what was said. */
  alive(settledMs: number): string;
  /** After everything was said, before the close. */
  ending(heardMs: number): readonly string[];
  /** `undefined`: without a status. */
  readonly closeCode: number | undefined;
};

export function wireOf(protocol: Protocol): Wire {
  return protocol === "nova" ? nova : flux();
}

const empty = (atMs: number): Said => ({ text: "", startMs: atMs, endMs: atMs, words: [] });

const nova: Wire = {
  // Nothing was said of nothing: a room fills its pauses with KeepAlive only where a socket has said something, before that
  // with silence, which would move the socket's clock.
  opened: [novaFrames.resultsOf(empty(0), true, false)],
  interim: (said) => [novaFrames.resultsOf(said, false, false)],
  final: (said, speechFinal) => [novaFrames.resultsOf(said, true, speechFinal)],
  silence: (said) => [novaFrames.resultsOf(said, true, false)],
  utteranceEnd: (lastWordEndMs) => [novaFrames.utteranceEnd(lastWordEndMs)],
  alive: (settledMs) => novaFrames.resultsOf(empty(settledMs), false, false),
  ending: (heardMs) => [novaFrames.metadata(heardMs)],
  closeCode: 1000,
};

function flux(): Wire {
  let sequence = 0;
  let turn = 0;
  let isOpen = false;
  const next = (): number => sequence++;
  const update = (said: Said): string => {
    const event = isOpen ? "Update" : "StartOfTurn";
    isOpen = true;
    return fluxFrames.turnInfo(next(), event, turn, said);
  };
  return {
    opened: [fluxFrames.connected(next())],
    interim: (said) => [update(said)],
    final(said) {
      const begun = isOpen ? [] : [update(said)];
      const ended = fluxFrames.turnInfo(next(), "EndOfTurn", turn, said);
      isOpen = false;
      turn += 1;
      return [...begun, ended];
    },
    silence: (said) => [fluxFrames.turnInfo(next(), "Update", turn, said)],
    utteranceEnd() {
      throw new Error("Flux has no UtteranceEnd: a turn ends with its final. Leave utteranceEnd() out.");
    },
    alive: () => fluxFrames.connected(next()),
    ending: () => [],
    closeCode: undefined,
  };
}
