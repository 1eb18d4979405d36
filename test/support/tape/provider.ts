import type {
  BatchAnswer,
  BatchRequest,
  Cancel,
  DialListener,
  DialRequest,
  UpstreamSocket,
} from "../../../party/room/ports.ts";
import { batchAnswer, readWav } from "./batch.ts";
import type { Random } from "./random.ts";
import { recognise } from "./recogniser.ts";
import { type Drop, type Surroundings, TapeSocket } from "./socket.ts";

/** A status a dial or a batch request is answered with, or no answer at all. */
export type Answer = number | "never";

export type Outage = {
  readonly forMs: number;
  /** The sockets that are open when it begins. */
  readonly cut: Drop | null;
  readonly dials: Answer;
  /** `null`: the batch endpoint is not affected. */
  readonly batches: Answer | null;
};

/** What became of one batch request, by the words in its audio. */
export type BatchAttempt = {
  readonly words: readonly number[];
  outcome: "pending" | "cancelled" | "answered" | "failed";
};

export type ProviderHooks = {
  violation(what: string): void;
  note(what: string): void;
  /** A refusal that cannot heal was told to the room. */
  fatal(): void;
};

/**
 * The scripted provider: live sockets in two dialects and the batch endpoint, with the faults that a schedule orders.
 * It keeps the real one's rules and reports what breaks them.
 */
export class TapeProvider {
  readonly batches: BatchAttempt[] = [];
  readonly sockets: TapeSocket[] = [];
  readonly #around: Surroundings;
  readonly #random: Random;
  readonly #hooks: ProviderHooks;
  #dialAnswers: Answer[] = [];
  #batchAnswers: Answer[] = [];
  #dropsAfterOpen: { readonly afterMs: number; readonly drop: Drop }[] = [];
  #dropsAtClose: Drop[] = [];
  #dialledAt: number[] = [];
  #outage: (Outage & { readonly until: number }) | null = null;

  constructor(surroundings: Surroundings, random: Random, hooks: ProviderHooks) {
    this.#around = surroundings;
    this.#random = random;
    this.#hooks = hooks;
  }

  dial(request: DialRequest, listener: DialListener): UpstreamSocket {
    if (this.sockets.some(({ isHeld }) => isHeld)) {
      this.#hooks.violation("a second upstream socket was opened while the first was held");
    }
    this.#checkPath(request.path);
    this.#checkRate();
    const socket = new TapeSocket(request.path, listener, this.#around, this.#random.fork(), {
      violation: this.#hooks.violation,
      note: this.#hooks.note,
      takeDropAtClose: () => {
        const drop = this.#dropsAtClose.shift() ?? null;
        if (drop !== null)
          this.#hooks.note(`provider: the stream's end is lost (${drop.code}, ${drop.queue})`);
        return drop;
      },
    });
    this.sockets.push(socket);
    const answer = this.#openOutage()?.dials ?? this.#dialAnswers.shift();
    const delayMs = this.#random.int(30, 500);
    if (answer === undefined) {
      this.#hooks.note(`dial ${request.path.split("?")[0]}: accepted`);
      socket.accept(delayMs);
      const planned = this.#dropsAfterOpen.shift();
      if (planned !== undefined) this.#after(delayMs + planned.afterMs, socket, planned.drop);
    } else {
      this.#hooks.note(`provider: dial: ${answer}`);
      if (answer !== "never") socket.refuse(answer, delayMs);
      if (answer === 401) this.#hooks.fatal();
    }
    return socket;
  }

  transcribe(request: BatchRequest, answered: (answer: BatchAnswer) => void): Cancel {
    const audio = this.#readBatch(request);
    const runs = recognise(audio);
    const attempt: BatchAttempt = { words: runs.map(({ word }) => word), outcome: "pending" };
    this.batches.push(attempt);
    const answer = this.#openOutage()?.batches ?? this.#batchAnswers.shift();
    const [first, last] = [attempt.words[0], attempt.words.at(-1)];
    this.#hooks.note(`batch ${first}…${last} (${audio.length / 16} ms): ${answer ?? "answered"}`);
    if (answer === "never") {
      this.#hooks.note("provider: a batch request is not answered");
      return () => {
        attempt.outcome = "failed";
      };
    }
    const delayMs = this.#random.int(200, this.#random.chance(0.25) ? 25_000 : 3_000);
    const cancel = this.#around.setTimer(() => {
      attempt.outcome = answer === undefined ? "answered" : "failed";
      if (answer === undefined)
        answered({ status: 200, body: batchAnswer(runs, audio.length / 2, this.#random) });
      else answered({ status: answer, body: answer === 0 ? "" : '{"err_msg":"scripted"}' });
    }, delayMs);
    return () => {
      cancel();
      if (attempt.outcome === "pending") attempt.outcome = "cancelled";
    };
  }

  // ── faults ────────────────────────────────────────────────────────────────────────────────────────────────────────

  drop(drop: Drop): void {
    for (const socket of this.sockets.filter(({ isOpen }) => isOpen)) {
      this.#hooks.note(`provider: upstream dropped (${drop.code} ${drop.reason.slice(-7)}, ${drop.queue})`);
      socket.drop(drop);
      if (drop.code === 1008) this.#hooks.fatal();
    }
  }

  dropAfterNextOpen(afterMs: number, drop: Drop): void {
    this.#dropsAfterOpen.push({ afterMs, drop });
  }

  dropAtNextClose(drop: Drop): void {
    this.#dropsAtClose.push(drop);
  }

  answerNextDials(answers: readonly Answer[]): void {
    this.#dialAnswers.push(...answers);
  }

  answerNextBatches(answers: readonly Answer[]): void {
    this.#batchAnswers.push(...answers);
  }

  stall(ms: number): void {
    for (const socket of this.sockets.filter(({ isOpen }) => isOpen)) {
      this.#hooks.note(`provider: upstream stalls for ${ms} ms`);
      socket.stall(ms);
    }
  }

  /** The next messages are torn, and the socket goes on. */
  tear(messages: number): void {
    for (const socket of this.sockets.filter(({ isOpen }) => isOpen)) {
      this.#hooks.note(`provider: the next ${messages} messages are torn`);
      socket.tear(messages);
    }
  }

  begin(outage: Outage): void {
    this.#outage = { ...outage, until: this.#around.elapsedMs() + outage.forMs };
    this.#hooks.note(
      `provider: outage of ${outage.forMs} ms: dials ${outage.dials}, batches ${outage.batches}`,
    );
    if (outage.cut !== null) this.drop(outage.cut);
  }

  /** From now on everything goes well. */
  heal(): void {
    this.#dialAnswers = [];
    this.#batchAnswers = [];
    this.#dropsAfterOpen = [];
    this.#dropsAtClose = [];
    this.#outage = null;
    for (const socket of this.sockets) socket.unstall();
  }

  /** The room's object is gone, and its sockets with it. */
  forsake(): void {
    for (const socket of this.sockets) socket.abandon();
    this.sockets.length = 0;
  }

  #after(delayMs: number, socket: TapeSocket, drop: Drop): void {
    this.#around.setTimer(() => {
      if (!socket.isOpen) return;
      this.#hooks.note(`provider: upstream dropped soon after it opened (${drop.code}, ${drop.queue})`);
      socket.drop(drop);
    }, delayMs);
  }

  #openOutage(): Outage | null {
    if (this.#outage !== null && this.#around.elapsedMs() >= this.#outage.until) this.#outage = null;
    return this.#outage;
  }

  /** However bad things are, a provider is not to be hammered. */
  #checkRate(): void {
    const now = this.#around.elapsedMs();
    this.#dialledAt = [...this.#dialledAt.filter((at) => now - at < storm.withinMs), now];
    if (this.#dialledAt.length <= storm.dialsMax) return;
    this.#dialledAt = [];
    this.#hooks.violation(`more than ${storm.dialsMax} dials within ${storm.withinMs} ms`);
  }

  #checkPath(path: string): void {
    const { pathname, searchParams } = new URL(path, "http://provider.test");
    if (searchParams.get("encoding") !== "linear16" || searchParams.get("sample_rate") !== "8000") {
      this.#hooks.violation(`dialled for another audio format: ${path}`);
    }
    if (pathname === "/v2/listen") {
      const unknown = [...searchParams.keys()].filter((key) => !fluxParameters.has(key));
      if (unknown.length > 0) this.#hooks.violation(`Flux knows no parameter ${unknown.join(", ")}`);
    } else if (pathname !== "/v1/listen") {
      this.#hooks.violation(`dialled ${pathname}`);
    }
  }

  #readBatch({ path, contentType, body }: BatchRequest): Uint8Array {
    const { pathname, searchParams } = new URL(path, "http://provider.test");
    if (pathname !== "/v1/listen" || contentType !== "audio/wav") {
      this.#hooks.violation(`a batch request to ${pathname} with ${contentType}`);
    }
    if (searchParams.has("encoding")) this.#hooks.violation("a container was sent with an encoding");
    const audio = readWav(body);
    if (typeof audio !== "string") return audio;
    this.#hooks.violation(`a batch request with ${audio}`);
    return new Uint8Array(0);
  }
}

const storm = { dialsMax: 60, withinMs: 10_000 } as const;

const fluxParameters: ReadonlySet<string> = new Set([
  "model",
  "encoding",
  "sample_rate",
  "eot_threshold",
  "eager_eot_threshold",
  "eot_timeout_ms",
  "keyterm",
  "language_hint",
  "profanity_filter",
  "numerals",
  "redact",
  "mip_opt_out",
  "tag",
]);
