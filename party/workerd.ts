import { type Dataset, recorder } from "./analytics.ts";
import { transcribe } from "./batch.ts";
import { dialProvider } from "./dial.ts";
import { parseProvider } from "./provider.ts";
import type { Ports } from "./room/ports.ts";

/**
 * What the runtime under both of our hosts gives to a room: its `fetch` opens sockets. Throws a `ValiError` naming the
 * variable that is wrong.
 *
 * @param name of the room's object, `{tenant}/{room}`
 */
export function workerdPorts(
  env: object,
  name: string,
  dataset: Dataset | undefined,
): Pick<Ports, "dial" | "transcribe" | "record"> {
  const provider = parseProvider(env);
  return {
    dial: (request, listener) => dialProvider(provider, request, listener),
    transcribe: (request, answered) => transcribe(provider, request, answered),
    record: recorder(dataset, name),
  };
}
