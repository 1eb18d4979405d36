import { describe, expect, it } from "vitest";
import type { RoomStats } from "../../../shared/stats.ts";
import { toPrometheus } from "../../../workers/rooms/prometheus/room.ts";
import { metricsIn } from "../../support/prometheus.ts";
import { latency, roomStats, spread } from "../../support/room-stats.ts";

const labels = { tenant: "acme", room: "demo" };
/** Of what is counted. */
const counted = { ...labels, session: roomStats.session?.id };

function samplesOf(name: string, stats: RoomStats = roomStats) {
  return metricsIn(toPrometheus(stats, labels)).samples.get(`captionwire_${name}`);
}

describe("a room's statistics for Prometheus", () => {
  it("are read by a parser, each metric of one type, with help, and named by the conventions", () => {
    const text = toPrometheus(roomStats, labels);
    const { families, samples } = metricsIn(text);
    expect(text.endsWith("\n")).toBe(true);
    expect(families.length).toBe(text.match(/^# TYPE /gm)?.length);
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    for (const { name, type, help } of families) {
      expect(name).toMatch(/^captionwire_[a-z_]+$/);
      expect(["GAUGE", "COUNTER", "SUMMARY"]).toContain(type);
      expect(name.endsWith("_total")).toBe(type === "COUNTER");
      expect(help).toMatch(/\.$/);
    }
    for (const of of samples.values()) for (const one of of) expect(one.labels).toMatchObject(labels);
  });

  it("tell every counter of the room, milliseconds as seconds", () => {
    for (const [name, value] of [
      ["viewers", 27],
      ["viewers_peak", 31],
      ["viewers_joined_total", 45],
      ["viewers_resumed_total", 6],
      ["viewers_too_slow_total", 1],
      ["upstream_dials_total", 5],
      ["upstream_opened_total", 3],
      ["upstream_failed_total", 2],
      ["upstream_lost_total", 2],
      ["upstream_retries_total", 4],
      ["publisher_lost_total", 1],
      ["publisher_returned_total", 1],
      ["publisher_marks_total", 11],
      ["publisher_marks_of_unknown_clock_total", 7],
      ["audio_received_seconds_total", 600.5],
      ["audio_replayed_seconds_total", 3.2],
      ["audio_backfilled_seconds_total", 15],
      ["audio_speech_seconds_total", 412],
      ["uncaptioned_speech_seconds", 8.25],
      ["gaps", 2],
      ["gaps_filled", 1],
      ["gap_seconds", 12.4],
      ["interims_total", 913],
      ["finals_total", 210],
      ["words_total", 1_204],
      ["erased_words_total", 96],
      ["corrections_total", 8],
      ["words_per_minute", 143],
      ["erasure_ratio", 0.08],
      ["session_start_time_seconds", 1_790_000_000.5],
      ["publisher_clock_offset_seconds", -1.5],
      ["publisher_clock_uncertainty_seconds", 0.025],
    ] as const) {
      expect([name, samplesOf(name)]).toEqual([
        name,
        [{ value, labels: name.endsWith("_total") ? counted : labels }],
      ]);
    }
  });

  it("tell percentiles as a summary in seconds, and where nothing was measured a count to start from", () => {
    const { mean, count } = spread;
    expect(samplesOf("transcript_latency_seconds")).toEqual([
      { labels: { ...counted, quantile: "0.5" }, value: 0.21 },
      { labels: { ...counted, quantile: "0.95" }, value: 0.64 },
      { labels: { ...counted, quantile: "0.99" }, value: 0.9 },
    ]);
    expect(samplesOf("transcript_latency_seconds_sum")).toEqual([
      { labels: counted, value: (mean * count) / 1_000 },
    ]);
    expect(samplesOf("transcript_latency_seconds_count")).toEqual([{ labels: counted, value: count }]);
    expect(samplesOf("end_of_turn_latency_seconds")).toBeUndefined();
    expect(samplesOf("end_of_turn_latency_seconds_sum")).toEqual([{ labels: counted, value: 0 }]);
    expect(samplesOf("end_of_turn_latency_seconds_count")).toEqual([{ labels: counted, value: 0 }]);
    const { families } = metricsIn(toPrometheus(roomStats, labels));
    expect(families.filter(({ type }) => type === "SUMMARY")).toHaveLength(Object.keys(latency).length);
  });

  it("tell the state and what is to be looked at as ones among zeros", () => {
    const ones = (name: string) => samplesOf(name)?.filter(({ value }) => value !== 0);
    expect(ones("room_state")).toEqual([{ labels: { ...labels, state: "recovering" }, value: 1 }]);
    // The other one is over.
    expect(ones("alert")).toEqual([{ labels: { ...labels, kind: "upstream_failing" }, value: 1 }]);
    expect(samplesOf("room_state")).toHaveLength(5);
    expect(samplesOf("alert")).toHaveLength(4);
  });

  it("are series of their own in each session, but for what is not counted up", () => {
    const next = { ...roomStats, session: { id: "next", startedAt: 1, endedAt: null } };
    for (const name of ["words_total", "transcript_latency_seconds", "transcript_latency_seconds_count"]) {
      for (const { labels: told } of samplesOf(name, next) ?? [])
        expect(told).toMatchObject({ session: "next" });
      for (const { labels: told } of samplesOf(name, { ...roomStats, session: null }) ?? []) {
        expect(told).not.toHaveProperty("session");
      }
    }
    expect(samplesOf("viewers", next)).toEqual([{ labels, value: 27 }]);
  });

  it("leave out what is not known", () => {
    const unknown = { ...roomStats, session: null, publisherClock: null, erasure: null };
    for (const name of [
      "session_start_time_seconds",
      "publisher_clock_offset_seconds",
      "publisher_clock_uncertainty_seconds",
      "erasure_ratio",
    ]) {
      expect([name, samplesOf(name, unknown)]).toEqual([name, undefined]);
    }
  });

  it("keep a label one label, whatever is in it", () => {
    const room = 'a"} 1\n\\b';
    const { samples } = metricsIn(toPrometheus(roomStats, { tenant: "acme", room }));
    expect(samples.get("captionwire_viewers")).toEqual([{ labels: { tenant: "acme", room }, value: 27 }]);
  });
});
