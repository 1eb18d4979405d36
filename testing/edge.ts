import { fileURLToPath } from "node:url";
import { mintToken } from "../cli/api.ts";
import { silent } from "../cli/stack/progress.ts";
import { type Rooms, type Stack, startStack } from "../cli/stack/stack.ts";
import type { FloodLimits } from "../cli/stack/worker.ts";
import type { TokenRequest } from "../shared/claims.ts";
import { newFolder, removeFolder } from "./folder.ts";
import type { Order } from "./orders.ts";

export type EdgeOptions = {
  /** Where the provider is; absent: an engine of its own. */
  readonly providerUrl?: string;
  /** Variables of the Worker, over those it usually has. */
  readonly variables?: Readonly<Record<string, string>>;
  /** `off` unless asked for: on one machine everybody comes from one address. */
  readonly floodLimits?: FloodLimits;
  /** Where the rooms are: in the Worker unless said otherwise. */
  readonly rooms?: Rooms;
};

/** A stack of a test: its Worker takes orders. */
export type Edge = Omit<Stack, "orderWorker"> & {
  /** Holds secrets, rooms and logs. */
  readonly folder: string;
  token(request: TokenRequest): Promise<string>;
  order(order: Order): Promise<void>;
};

const program = fileURLToPath(new URL("edge-process.ts", import.meta.url));

/**
 * The whole product on a free port, in a folder that is deleted with it, also when this process ends without closing it.
 *
 * @param given a folder that whoever gives it deletes
 */
export async function startEdge(options: EdgeOptions, given?: string): Promise<Edge> {
  const folder = given ?? newFolder();
  const stack = await startStack({
    port: 0,
    folder,
    deepgramApiKey: undefined,
    ...options,
    workerScript: program,
    progress: silent,
    onCrash: (message) => process.stderr.write(`${message}\n`),
  });
  return {
    ...stack,
    folder,
    token: (request) => mintToken(stack, request),
    order: (order) => stack.orderWorker(order),
    async close() {
      await stack.close();
      if (given === undefined) removeFolder(folder);
    },
  };
}
