import { type Point, pointFigures } from "./room/measure/points.ts";

export type DataPoint = {
  readonly indexes: string[];
  readonly blobs: string[];
  readonly doubles: number[];
};
/** The binding, as far as it is used. */
export type Dataset = { writeDataPoint(point: DataPoint): void };

/**
 * A point as Analytics Engine takes it: index1 is the tenant; blob1 to blob5 are the point's kind, tenant, room, session and
 * what it is about; double1 and on are its figures in the order of `pointFigures`.
 *
 * @param name of the room's object: `tenant/room`
 */
export function dataPointOf(name: string, { kind, session, about, figures }: Point): DataPoint {
  const byName: Readonly<Record<string, number>> = figures;
  const [tenant = "", room = ""] = name.split("/");
  return {
    // Points are sampled by it; it may have 96 bytes, which both names together may exceed.
    indexes: [tenant],
    blobs: [kind, tenant, room, session, about],
    doubles: pointFigures[kind].map((figure) => byName[figure] ?? -1),
  };
}

/** Writes nothing where no dataset is bound. Points are not worth an error: what cannot be written is lost. */
export function recorder(dataset: Dataset | undefined, name: string): (point: Point) => void {
  return (point) => {
    try {
      dataset?.writeDataPoint(dataPointOf(name, point));
    } catch (error) {
      const problem = error instanceof Error ? error.name : "unknown";
      console.error({ event: "point_lost", room: name, error: problem });
    }
  };
}
