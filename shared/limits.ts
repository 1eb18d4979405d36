/**
 * Every size, rate and duration a stranger can run into, with its unit in its name.
 * What is refused because of one of these is refused with a code of `errors.ts`.
 */
export const limits = {
  /** Control messages (JSON text frames) from any member of a room. */
  controlFrameMaxBytes: 16 * 1024,
  /**
   * One binary audio frame. Deepgram advises 20–250 ms a frame; 250 ms of 48 kHz stereo linear16 is 48,000 bytes.
   * The platform itself would let 32 MiB through.
   */
  audioFrameMaxBytes: 256 * 1024,
  /** Audio kept for a new upstream socket: the published audio whose captions are not durable yet. */
  audioBufferMaxMs: 120_000,
  audioBufferMaxBytes: 8 * 1024 * 1024,
  /** Audio that may be sent late before live audio, at the provider's pace; a longer hole is filled by its batch endpoint. */
  replayMaxMs: 5_000,
  /** Audio waiting for the batch endpoint, all holes of a room together. */
  backfillMaxBytes: 16 * 1024 * 1024,
  /** Captions are deleted this long after they were written down, unless the room's settings say otherwise. */
  retentionDefaultHours: 7 * 24,
  /** Body of a batch answer. */
  batchAnswerMaxBytes: 8 * 1024 * 1024,
  /** Frames a publisher may send before its `start` is answered. */
  heldFramesMax: 2_000,
  /** Sent to a viewer and not seen by it yet: past the first it gets no more interims, past the second it is closed. */
  unseenDropBytes: 128 * 1024,
  unseenMaxBytes: 1024 * 1024,
  /** What waits for all readers of event streams together: a fifth of what an isolate may hold. */
  unreadEventsMaxBytes: 24 * 1024 * 1024,
  /** Finals a viewer may read without saying so; far below both. */
  seenEveryBytes: 16 * 1024,
  /** Segments in a snapshot; earlier ones come by HTTP. */
  snapshotMaxSegments: 500,
  /** Removed segments remembered, so that a returning viewer gets a delta and not a snapshot. */
  tombstonesMax: 1_000,
  /** An operator's correction of one segment. */
  correctionMaxCharacters: 2_000,
  /** Body of `POST /v1/tokens` and of its like. */
  tokenRequestMaxBytes: 4 * 1024,
  /** Body of `POST /v1/speak`: Deepgram's own limit. */
  speakBodyMaxBytes: 2 * 1024 * 1024,
  /** Text of one request to speak, in code points: about an hour and a half of speech. */
  speakMaxCharacters: 100_000,
  /** Requests to speak at once with one token, as far as one isolate of the Worker sees. */
  speakAtOnceMax: 10,
  /** Audio of one chunk that is read ahead of the listener; beyond it the provider has to wait. */
  speakReadAheadBytes: 1024 * 1024,
  /** Of the provider's refusal, what is read and passed on. */
  speakRefusalMaxBytes: 16 * 1024,
  /** A longer chunk of audio is not kept in the cache. */
  speakCacheChunkMaxBytes: 4 * 1024 * 1024,
  /** Viewers of a room at the same time, unless its settings say fewer. */
  roomViewersMax: 20_000,
  /** Readers of a room's statistics as they come, at the same time. */
  roomObserversMax: 20,
  /** Of those, with one token: whoever has one does not keep all others out. */
  tokenObserversMax: 5,
  /** Publishers' connections to a room, of which one speaks: others wait for it to end, or are being refused. */
  roomPublishersMax: 10,
  /** Rooms a tenant may have, unless its settings in TENANTS say otherwise. */
  tenantRoomsMax: 1_000,
  /** Names of a tenant's rooms in one answer. */
  roomsListedMax: 1_000,
  /** Tokens of a tenant that are revoked one by one; beyond that, revoke a room or all. */
  revokedTokensMax: 1_000,
  /** Control messages of one member: so many at once, and so many a second in the long run. */
  controlBurst: 50,
  controlPerSecond: 5,
  /** Audio frames likewise. After an interruption a publisher sends what it kept: two minutes of short frames. */
  audioFramesBurst: 8_000,
  audioFramesPerSecond: 200,
  /** Published audio may run ahead of the clock by this, and gain on it by the rate: clocks are not exact. */
  audioAheadMaxMs: 130_000,
  audioRateMax: 1.02,
  /** A provider's grant that is passed on. */
  providerGrantMaxSeconds: 3_600,
  grantDefaultSeconds: 30,
  /** Longest life of a token. */
  tokenMaxSeconds: 2 * 60 * 60,
  /** Default life of a token for rooms, and of one for `speak` alone. */
  roomTokenDefaultSeconds: 60,
  speakTokenDefaultSeconds: 10 * 60,
  /** Clock skew forgiven when a token is checked. */
  tokenSkewSeconds: 5,
} as const;

export const timing = {
  /** So often, while the room is awake, viewers that were not told its head since the last time are told it. */
  heartbeatMs: 15_000,
  /** After an interruption viewers spread their return over this window (full jitter, the first try too). */
  retryWindowMs: 2_000,
  /** Least time between two frames of interims to the same audience; see `party/room/audience.ts`. */
  tickMs: 200,
  /**
   * A viewer tells what it has seen between one and two of these after something new, sooner when that is a lot
   * (`limits.seenEveryBytes`): thousands of answers cost a room as much as the captions they confirm.
   */
  seenEveryMs: 10_000,
  /** And then spread over this, because everybody reads a frame at the same moment. */
  seenSpreadMs: 2_000,
  /** A viewer that has not seen for this long what it was sent is closed, and may come back with its position. */
  unseenMaxMs: 60_000,
  /** A viewer whose token has ended is asked for another, and closed when none has come by then. */
  refreshGraceMs: 30_000,
  /** A room that holds nothing and that nobody is in is forgotten after this. */
  vacantRoomMs: 24 * 60 * 60 * 1_000,
  /** The edge may believe for so long what it was told of a tenant's revocations; a revocation waits for it. */
  standingLeaseMs: 2_000,
  /** Rooms that are not beside the edge Worker, and that Worker for them: what has not begun to answer by then is not there. */
  bridgeAnswerMs: 10_000,
  /** A room that has not heard of a revocation by then has not been told. */
  tellRoomMs: 3_000,
  /** A revocation that a room could not be told is told again. */
  revocationRetryMs: 5_000,
  /** The publisher is told a new number of viewers at most this often. */
  audienceTellMs: 1_000,
  /** Whoever reads a room's statistics as they come is told anew so often. */
  statsEveryMs: 2_000,
  /** How long a vanished publisher may take to come back before its session ends. */
  publisherGraceMs: 30_000,
  /** How long `finish` waits for the provider's last words before it closes the session without them. */
  finishTimeoutMs: 10_000,
  /** Deepgram closes an idle socket after 10 s; a KeepAlive every 3–5 s is advised. */
  keepAliveMs: 4_000,
  /** How long `finish` waits for the audio that is still with the batch endpoint. */
  backfillWaitMs: 20_000,
  /** How long the last words of a session are waited for when another publisher is at the door. */
  handoverMs: 3_000,
  /** A publisher of which neither a frame nor a ping was heard for this long is taken for dead. */
  publisherSilenceMs: 30_000,
  /** A connection to a room that was not answered by then is given up, the token's fetching included. */
  connectTimeoutMs: 10_000,
  /** A request to speak that has brought no audio by then is tried again, or given up. */
  speakFirstByteMs: 10_000,
  /** Of a refusal, each next piece of what the provider has to say. */
  speakRefusalMs: 500,
  /** Audio that stops coming in the middle for this long will not come any more. */
  speakIdleMs: 15_000,
  /** How long a busy provider is waited for: before there is any audio, and while a listener hears the chunk before. */
  speakBusyFirstMs: 2_000,
  speakBusyMs: 30_000,
  /** A request to speak that takes longer than this is written down as running; most are over by then. */
  speakReportRunningMs: 1_000,
  /** What came to its end is written down so much later: out of the way of what the same client asks next. */
  speakReportDelayMs: 100,
  /** How one finds out how a request to speak has ended, for so long. */
  speakReportKeptMs: 24 * 60 * 60 * 1_000,
  /** A connection to the provider that is neither accepted nor refused by then is given up. */
  dialTimeoutMs: 4_000,
} as const;
