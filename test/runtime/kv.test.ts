import { runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { KeyValues } from "../../party/room/key-values.ts";
import { KvStore } from "../../party/room/kv.ts";
import { Rows } from "../../party/room/rows.ts";
import type { RoomStore } from "../../party/room/store.ts";
import { change, changed, emptyTranscript } from "../../party/room/transcript.ts";
import { storeContract } from "../support/store-contract.ts";

/** The store on the key-value storage of a Durable Object's own; each call opens it anew, as a new object would. */
function storeOf(
  name: string,
  through: (kv: KeyValues, state: DurableObjectState) => KeyValues = (kv) => kv,
): RoomStore {
  const within = <T>(work: (store: RoomStore) => Promise<T>): Promise<T> =>
    runInDurableObject(env.CAPTIONS.getByName(name), async (_object: DurableObject, state) =>
      work(new KvStore(await Rows.open(through(state.storage, state)))),
    );
  return {
    load: () => within((store) => store.load()),
    create: (room) => within((store) => store.create(room)),
    commit: (commit) => within((store) => store.commit(commit)),
    configure: (settings) => within((store) => store.configure(settings)),
  };
}

describe("KvStore in a Durable Object", () => {
  storeContract(() => storeOf("tests/kv-contract"));
});

describe("a Durable Object that dies while it writes hundreds of rows", () => {
  const ids = Array.from({ length: 400 }, (_, at) => `s${at}`);
  const said = (text: string) =>
    ids.map((id) => ({ id, session: "s1", kind: "speech", start: 0, end: 1, text }) as const);

  it.each([1, 2, 3, 4])("has written all of them or none when it was the call number %i", async (call) => {
    const name = `tests/kv-death-${call}`;
    const born = { transcript: emptyTranscript("e"), session: null, settings: {} };
    await storeOf(name).create(born);
    const first = change(born.transcript, { put: said("first"), remove: [] }, 1, 1_000);
    const transcript = changed(born.transcript, first);
    await storeOf(name).commit({ change: first, session: null });

    let calls = 0;
    const mortal = storeOf(name, (kv, state) => {
      const counted = <Given, Answer>(run: (given: Given) => Promise<Answer>) => {
        return (given: Given): Promise<Answer> => {
          calls += 1;
          const answer = run(given);
          if (calls === call) state.abort("as if the machine had died");
          return answer;
        };
      };
      return {
        list: (options) => kv.list(options),
        put: counted((entries: Record<string, string>) => kv.put(entries)),
        delete: counted((keys: string[]) => kv.delete(keys)),
        deleteAll: () => kv.deleteAll(),
      };
    });
    const edit = { put: said("edited").slice(0, 300), remove: ids.slice(300) };
    await expect(
      mortal.commit({ change: change(transcript, edit, 2, 1_000), session: null }),
    ).rejects.toThrow();
    expect(calls).toBeGreaterThanOrEqual(call);
    expect(await storeOf(name).load()).toEqual({ ...born, transcript });
  });
});
