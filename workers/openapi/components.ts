import {
  InterimSchema,
  SegmentSchema,
  SessionSchema,
  StatusSchema,
  WordSchema,
} from "../../shared/captions.ts";
import { TokenRequestSchema } from "../../shared/claims.ts";
import { CorrectionSchema } from "../../shared/correction.ts";
import { EarlierPartSchema } from "../../shared/earlier.ts";
import { DeepgramDetailsSchema, DeepgramErrorSchema, ErrorAnswerSchema } from "../../shared/error-answer.ts";
import { TranscriptFileSchema } from "../../shared/export/json.ts";
import { GrantAnswerSchema, GrantRequestSchema } from "../../shared/grant.ts";
import { HealthSchema } from "../../shared/health.ts";
import { limits } from "../../shared/limits.ts";
import { MintedSchema } from "../../shared/minted.ts";
import {
  DeltaSchema,
  ErrorFrameSchema,
  PublisherFrameSchema,
  PublisherMessageSchema,
  SnapshotSchema,
  ViewerFrameSchema,
  ViewerMessageSchema,
} from "../../shared/protocol.ts";
import { MinuteSchema, QualityReportSchema, ReportListSchema } from "../../shared/quality-report.ts";
import { RevocationSchema, RevokedSchema } from "../../shared/revocation.ts";
import { RoomAnswerSchema, RoomListSchema } from "../../shared/rooms.ts";
import { RoomSettingsSchema } from "../../shared/settings.ts";
import { ReportSchema } from "../../shared/speak-report.ts";
import { AlertSchema, LagSchema, LatencySchema, RoomStatsSchema, SpreadSchema } from "../../shared/stats.ts";
import { StatsAnswerSchema } from "../../shared/stats-answer.ts";
import { SpeakBodySchema } from "../speak/request/body.ts";
import { allCodes } from "./codes.ts";
import { component } from "./component.ts";

/** The schemas of the interface by the names they have in the description. They are the ones the code itself reads and writes by. */
export const components = {
  Error: component(
    ErrorAnswerSchema,
    "A refusal. Codes and their statuses are one table for HTTP and WebSocket.",
    {
      code: "What is wrong, for programs.",
      message: "What is wrong and what to do, for people.",
      retry: "Whether the same request may do better later.",
      requestId: "As in the header `x-request-id`; name it when you ask for help.",
    },
    { code: allCodes },
  ),
  DeepgramError: component(DeepgramErrorSchema, "A refusal in Deepgram's usual shape.", {
    retryable: "Whether the same request may do better later.",
  }),
  DeepgramDetails: component(DeepgramDetailsSchema, "A refusal in the shape of Deepgram's text-to-speech.", {
    category: "What is wrong, for programs.",
    retryable: "Whether the same request may do better later.",
  }),

  TokenRequest: component(TokenRequestSchema, "What a token is to allow, and for how long.", {
    scopes: "What it may be used for.",
    room: "One room by its name, or all whose names begin so: `show-*`. Absent: every room of the tenant.",
    ttl: `Seconds. Default ${limits.roomTokenDefaultSeconds}, for \`speak\` alone ${limits.speakTokenDefaultSeconds}.`,
    singleUse:
      "Good for one visit, once; the only kind that may stand in an address (`?ticket=`). Names exactly one room.",
    origin: "Only pages of this origin may use it.",
    maxChars: "Code points that may be spoken with it, all requests together.",
    maxSeconds:
      "Seconds of audio that may be published with it, all sessions together. Names exactly one room.",
    maxConnections:
      "Connections to its room that may be open with it at the same time. Names exactly one room.",
  }),
  Minted: component(MintedSchema, "A token.", {
    token: "For `Authorization: Bearer`.",
    id: "To revoke it by.",
    expiresAt: "Epoch milliseconds.",
  }),
  Revocation: component(
    RevocationSchema,
    "All tokens of the tenant, those used in one room, or one by its id.",
  ),
  Revoked: component(RevokedSchema, "What was revoked.", {
    revokedAt: "Epoch milliseconds: what was issued by then is refused.",
    rooms: "Rooms that had to be told and were.",
    pending: "Rooms that could not be told yet, and will be told again and again.",
  }),
  GrantRequest: component(GrantRequestSchema, "How long the grant is to be good.", {
    ttl_seconds: `Default ${limits.grantDefaultSeconds}.`,
  }),
  GrantAnswer: component(GrantAnswerSchema, "A grant in Deepgram's shape.", { expires_in: "Seconds." }),

  SpeakBody: component(SpeakBodySchema, "What is to be spoken: exactly one of the two.", {
    text: `At most ${limits.speakMaxCharacters} code points.`,
    url: "The provider is to fetch the text itself. Only where the service allows it.",
  }),
  SpeakReport: component(ReportSchema, "How a request to speak went. Characters are code points.", {
    startedAt: "Epoch milliseconds.",
    endedAt: "Epoch milliseconds.",
    charactersAsked: "Tries included: what the provider may charge for.",
    charactersSpoken: "Of chunks whose audio came to its end.",
    charactersDelivered: "Of chunks whose audio the client has taken to its end.",
  }),

  RoomList: component(RoomListSchema, "A page of the tenant's rooms, sorted by name.", {
    next: "The `after` of the next page; `null` at the end.",
  }),
  RoomSettings: component(RoomSettingsSchema, "A room's settings. What is left out is the default.", {
    language: "BCP-47, or `multi` for a speaker who switches between languages. Default `en`.",
    model: "`nova-3` (default) and its like, or `flux-general-en`, `flux-general-multi`.",
    keyterms: "Names and terms to be expected.",
    diarize: "Tell speakers apart.",
    endpointing:
      "Silence that ends an utterance, milliseconds; `false` leaves it to the provider. Default 300.",
    smartFormat: "Numbers, dates, addresses written as one reads them.",
    retentionHours: `Captions are deleted this long after they were written down. Default ${limits.retentionDefaultHours}.`,
    public: "Anybody may read along, without a token. Default false.",
    maxViewers: "Viewers at the same time.",
  }),
  Room: component(RoomAnswerSchema, "A room as it stands.", {
    settings: "Only for the scope `rooms:admin`.",
    epoch: "Names one history of the transcript; another one when it was purged.",
    version: "Counts the durable changes of the transcript inside its epoch.",
    viewers: "Connected at this moment.",
  }),

  Word: component(WordSchema, "A word, in milliseconds on the clock of its session."),
  Segment: component(SegmentSchema, "A caption. Times are milliseconds on the clock of its session.", {
    session: "The session it was spoken in: a room may hold several, each with its own clock.",
    at: "When it was written down, epoch milliseconds.",
    version: "Of the last change that touched it.",
    kind: "A `gap` says that captions for `start…end` were lost.",
    edited: "An operator has corrected it.",
  }),
  Interim: component(InterimSchema, "What is being said now: state, not history; replaced as a whole."),
  Session: component(SessionSchema, "A stretch of publishing.", {
    startedAt: "Wall clock of position 0, epoch milliseconds.",
  }),
  Status: component(StatusSchema, "Whether captions come, and since when (epoch milliseconds)."),
  Snapshot: component(SnapshotSchema, "The newest part of the transcript.", {
    hasEarlier: "Earlier segments are had with `before`.",
    reason: "Why it is no delta: a first visit, another history, a position too old or in the future.",
  }),
  Delta: component(DeltaSchema, "Everything that changed since a position, each segment once.", {
    put: "New and changed segments.",
    removed: "Ids of segments that are gone.",
  }),
  EarlierPart: component(EarlierPartSchema, "Segments before one, in the transcript's order."),
  Correction: component(CorrectionSchema, "An operator's words in a caption's place.", {
    text: `One line, at most ${limits.correctionMaxCharacters} characters. Without words it removes the caption.`,
  }),
  TranscriptFile: component(TranscriptFileSchema, "A transcript as a file, whole."),

  ErrorFrame: component(
    ErrorFrameSchema,
    "Why a socket or a stream is ended, before it is.",
    { code: "What is wrong, for programs. A socket is closed with its close code: `x-close-codes`." },
    { code: allCodes },
  ),
  ViewerFrame: component(ViewerFrameSchema, "Room → viewer: JSON text frames, or events of the stream."),
  ViewerMessage: component(ViewerMessageSchema, "Viewer → room: JSON text frames."),
  PublisherFrame: component(PublisherFrameSchema, "Room → publisher: JSON text frames."),
  PublisherMessage: component(
    PublisherMessageSchema,
    "Publisher → room: JSON text frames. Audio goes in binary ones.",
  ),

  Spread: component(
    SpreadSchema,
    "How measured values are spread, milliseconds; the percentiles are right to 1 %.",
  ),
  Latency: component(LatencySchema, "How late things are, milliseconds; `null`: nothing was measured.", {
    transcript: "How far an interim is behind the audio that the room has received.",
    final: "From the last interim of something to its final.",
    endOfTurn: "From the last interim of an utterance to the provider's saying that it is over.",
    publisherTransit: "From the publisher's sending of audio to its arrival.",
    viewerTransit: "From the room's sending of a frame to its arrival at a viewer.",
    upstreamConnect: "From asking the provider for a socket to its being open.",
    upstreamRecovery: "From the loss of the provider's socket to the first thing heard on the next one.",
    publisherReturn: "From the loss of the publisher's connection to its first audio after coming back.",
  }),
  Lag: component(LagSchema, "How late interims were in one stretch of time, milliseconds."),
  Alert: component(AlertSchema, "Something that is to be looked at.", {
    since: "Epoch milliseconds.",
    until: "Epoch milliseconds; `null`: it lasts.",
    worst: "So far, in the kind's unit.",
    limit: "What is still good.",
  }),
  Stats: component(
    RoomStatsSchema,
    "What a room measures of itself. Counters are of the latest session; durations are milliseconds.",
    {
      at: "When this was told, epoch milliseconds.",
      minuteLag: "Of the last minute; `null`: no interim came in it.",
      erasure: "Words taken back for each word of a final; `null` before the first.",
      recent: "The latest minutes in steps of five seconds, the oldest first.",
    },
  ),
  StatsAnswer: component(StatsAnswerSchema, "What a room measures of itself, with its name. See `Stats`."),
  ReportList: component(ReportListSchema, "Sessions there are reports of, the newest first."),
  Minute: component(MinuteSchema, "A minute of a session."),
  QualityReport: component(QualityReportSchema, "How a session's captions were, minute by minute.", {
    minutes: "Those in which there was something.",
    bursts: "Stretches spoken faster than can be read along.",
    interruptions:
      "What was lost at which position of the audio, and for how long; `null`: it never came back.",
  }),

  Health: component(HealthSchema, "The service answers."),
} as const;
export type ComponentName = keyof typeof components;
