import type { Operation } from "../operation.ts";
import { captions } from "./captions.ts";
import { figures } from "./figures.ts";
import { rooms } from "./rooms.ts";
import { service } from "./service.ts";
import { speech } from "./speech.ts";
import { tokens } from "./tokens.ts";

/** Every route of the interface that is for users, in the order in which one reads about them. */
export const operations: readonly Operation[] = [
  ...tokens,
  ...speech,
  ...rooms,
  ...captions,
  ...figures,
  ...service,
];
