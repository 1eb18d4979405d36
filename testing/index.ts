export type {
  AudioFormat,
  Captions,
  CaptionsFrame,
  Recognition,
  Segment,
  ViewerFrame,
} from "../client/index.ts";
export type { TokenRequest } from "../shared/claims.ts";
export type { Faults } from "./faults.ts";
export type { Publisher, PublisherOptions, SpeakingPublisher } from "./publisher.ts";
export type { SlowViewer } from "./slow-viewer.ts";
export {
  type Captionwire,
  type ScriptedCaptionwire,
  type SpeakingCaptionwire,
  type StartOptions,
  startCaptionwire,
} from "./start.ts";
export type { SaidOptions, ScriptWord } from "./upstream/said.ts";
export type { Recording, ScriptedUpstream } from "./upstream/scripted.ts";
export type { FinalOptions, ScriptedSocket, ScriptVerbs } from "./upstream/socket.ts";
export type { Viewer } from "./viewer.ts";
