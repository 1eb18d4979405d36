import { roomStates } from "../../../shared/captions.ts";
import { type Alert, alertKinds, type RoomStats } from "../../../shared/stats.ts";
import { MetricsPage } from "./page.ts";

/**
 * What a room measures of itself, for a scraper. Seconds and ratios, as the format's conventions have it.
 *
 * Counters and summaries are of the latest session and have its id as a label, so that each session is a series of its own.
 * Within a session a counter falls when the room's object dies (a deployment does that): what was counted since it was
 * last stored, of 15 s at most, is counted no more. `rate()` and `increase()` take a fall for a beginning at zero, and so
 * add all that came before once more; a figure of the whole session is the counter itself, and
 * `clamp_min(delta(…), 0)` is right but for those seconds.
 */
export function toPrometheus(
  stats: RoomStats,
  labels: { readonly tenant: string; readonly room: string },
): string {
  const page = new MetricsPage(labels, stats.session === null ? {} : { session: stats.session.id });
  present(page, stats);
  latencies(page, stats);
  counters(page, stats);
  return page.text;
}

function present(page: MetricsPage, stats: RoomStats): void {
  const { state, session, viewers, audience, publisherClock: clock } = stats;
  page.each(
    "captionwire_room_state",
    "1 for the state the room is in.",
    roomStates.map((name) => ({ labels: { state: name }, value: state === name ? 1 : 0 })),
  );
  const startedAt = session === null ? null : session.startedAt / 1_000;
  page.gauge(
    "captionwire_session_start_time_seconds",
    "When the latest session began, Unix time.",
    startedAt,
  );
  page.gauge("captionwire_viewers", "Viewers in the room.", viewers);
  page.gauge("captionwire_viewers_peak", "The most viewers at a time.", audience.peak);
  page.gauge(
    "captionwire_words_per_minute",
    "Words a minute, of finals of the session's last minute.",
    stats.wordsPerMinute,
  );
  page.gauge(
    "captionwire_erasure_ratio",
    "Words taken back for each final word, as they come from the provider.",
    stats.erasure,
  );
  page.gauge(
    "captionwire_uncaptioned_speech_seconds",
    "Audio in which somebody seems to speak, without any caption so far.",
    stats.audio.uncaptioned / 1_000,
  );
  page.gauge("captionwire_gaps", "Gaps, those filled by now included.", stats.gaps.count);
  page.gauge("captionwire_gaps_filled", "Gaps filled by now.", stats.gaps.filled);
  page.gauge("captionwire_gap_seconds", "Audio inside of gaps.", stats.gaps.ms / 1_000);
  page.gauge(
    "captionwire_publisher_clock_offset_seconds",
    "The publisher's clock less the room's.",
    clock === null ? null : clock.offsetMs / 1_000,
  );
  page.gauge(
    "captionwire_publisher_clock_uncertainty_seconds",
    "How wrong that offset can be.",
    clock === null ? null : clock.uncertaintyMs / 1_000,
  );
  const lasts = (kind: Alert["kind"]) =>
    stats.alerts.some((alert) => alert.kind === kind && alert.until === null);
  page.each(
    "captionwire_alert",
    "1 while something is to be looked at.",
    alertKinds.map((kind) => ({ labels: { kind }, value: lasts(kind) ? 1 : 0 })),
  );
}

function latencies(page: MetricsPage, { latency }: RoomStats): void {
  page.summary(
    "captionwire_transcript_latency_seconds",
    "End of the audio received less the end of what an interim covers, as it arrives.",
    latency.transcript,
  );
  page.summary(
    "captionwire_final_latency_seconds",
    "From the last interim of something to its final.",
    latency.final,
  );
  page.summary(
    "captionwire_end_of_turn_latency_seconds",
    "From the last interim of an utterance to its end.",
    latency.endOfTurn,
  );
  page.summary(
    "captionwire_publisher_transit_seconds",
    "From the publisher to the room.",
    latency.publisherTransit,
  );
  page.summary(
    "captionwire_viewer_transit_seconds",
    "From the room to a viewer, of a few viewers.",
    latency.viewerTransit,
  );
  page.summary(
    "captionwire_upstream_connect_seconds",
    "From asking the provider for a socket to its being open.",
    latency.upstreamConnect,
  );
  page.summary(
    "captionwire_upstream_recovery_seconds",
    "From the loss of the provider's socket to the first thing heard on the next one.",
    latency.upstreamRecovery,
  );
  page.summary(
    "captionwire_publisher_return_seconds",
    "From the loss of the publisher to its first audio after coming back.",
    latency.publisherReturn,
  );
}

function counters(page: MetricsPage, { audience, upstream, publisher, audio, text }: RoomStats): void {
  const count = (name: string, help: string, value: number) =>
    page.counter(`captionwire_${name}_total`, help, value);
  count("viewers_joined", "Viewers that came.", audience.joined);
  count("viewers_resumed", "Viewers that came back and were sent what they had missed.", audience.resumed);
  count("viewers_too_slow", "Viewers sent away because they fell behind.", audience.tooSlow);
  count("upstream_dials", "Sockets asked of the provider.", upstream.dials);
  count("upstream_opened", "Of those, opened.", upstream.opened);
  count("upstream_failed", "Of those, refused or not answered.", upstream.failed);
  count("upstream_lost", "Open sockets that broke, stalled or were closed early.", upstream.lost);
  count("upstream_retries", "Dials that followed on a failure or a loss.", upstream.retries);
  count("publisher_lost", "Losses of the publisher's connection.", publisher.lost);
  count("publisher_returned", "Publishers that came back to their session.", publisher.returned);
  count("publisher_marks", "Marks that tell when audio was sent.", publisher.marks);
  count(
    "publisher_marks_of_unknown_clock",
    "Marks that came while the publisher's clock was not known.",
    publisher.marksOfUnknownClock,
  );
  count("audio_received_seconds", "Audio received.", audio.received / 1_000);
  count("audio_replayed_seconds", "Audio sent once more on a later socket.", audio.replayed / 1_000);
  count("audio_backfilled_seconds", "Audio recognised by the batch endpoint.", audio.backfilled / 1_000);
  count("audio_speech_seconds", "Audio in which somebody seems to speak.", audio.speech / 1_000);
  count("interims", "Interims.", text.interims);
  count("finals", "Finals.", text.finals);
  count("words", "Words of finals.", text.words);
  count("erased_words", "Words of interims that were taken back.", text.erasedWords);
  count("corrections", "Corrections by an operator.", text.corrections);
}
