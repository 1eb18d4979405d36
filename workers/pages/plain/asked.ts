import * as v from "valibot";
import type { Status } from "../../../shared/captions.ts";
import { TenantNameSchema } from "../../../shared/claims.ts";
import { type Place, placeText, readPlace } from "../../../shared/place.ts";

/** How often the page fetches itself anew: never, only while it has nothing new to read, or every so many seconds. */
export const refreshes = ["off", "waiting", "5", "10", "30"] as const;
export type Refresh = (typeof refreshes)[number];

/** How often "while waiting" looks, seconds. */
const waitingSeconds = 5;

/** What a reader asks for; all of it stands in the address, so that it works without script, storage or form. */
export type Asked = {
  readonly room: string;
  /** Whose public room it is, where the Worker serves several tenants. */
  readonly tenant: string | null;
  readonly from: From;
  readonly refresh: Refresh;
  /** Whether each caption tells its time of day. */
  readonly times: boolean;
  /**
   * How often was read on. It makes each page another address than the one before, because browsers fetch nothing where
   * only the fragment is to change.
   */
  readonly step: number;
  /** Without what was read before: for the page's script, which has that. No link asks for it. */
  readonly isOnlyNew: boolean;
};

/** The newest; those after one that was read; or those before one. */
type From =
  | { readonly kind: "newest" }
  | { readonly kind: "after"; readonly place: Place }
  | { readonly kind: "before"; readonly place: Place };

const Step = v.pipe(v.string(), v.regex(/^\d{1,9}$/));

/** Reads an address. What makes no sense is left at its default. */
export function askedIn(room: string, query: URLSearchParams): Asked {
  const [tenant, refresh, step] = ["tenant", "refresh", "step"].map((name) => query.get(name));
  return {
    room,
    tenant: v.is(TenantNameSchema, tenant) ? tenant : null,
    from: fromIn(query),
    refresh: v.is(v.picklist(refreshes), refresh) ? refresh : "off",
    times: query.get("times") === "on",
    step: v.is(Step, step) ? Number(step) : 0,
    isOnlyNew: query.get("only") === "new",
  };
}

function fromIn(query: URLSearchParams): From {
  for (const kind of ["after", "before"] as const) {
    const place = readPlace(query.get(kind));
    if (place !== null) return { kind, place };
  }
  return { kind: "newest" };
}

/** The address that asks for this. */
export function addressOf({ room, tenant, from, refresh, times, step }: Asked): string {
  const query = new URLSearchParams();
  if (tenant !== null) query.set("tenant", tenant);
  if (from.kind !== "newest") query.set(from.kind, placeText(from.place));
  if (refresh !== "off") query.set("refresh", refresh);
  if (times) query.set("times", "on");
  if (step > 0) query.set("step", String(step));
  return query.size === 0 ? `/plain/${room}` : `/plain/${room}?${query}`;
}

/** Seconds after which the page is to be fetched anew; `null`: not by itself. */
export function refreshSeconds({ refresh, from }: Asked, hasNew: boolean): number | null {
  if (refresh === "off" || from.kind === "before") return null;
  if (refresh === "waiting") return hasNew ? null : waitingSeconds;
  return Number(refresh);
}

/** Whether the page's script lets it grow: not where it refreshes itself, nor where it shows what is earlier. */
export function mayGrow({ refresh, from }: Asked): boolean {
  return refresh === "off" && from.kind !== "before";
}

/** How often the script looks for what comes next, seconds: not so often where nobody speaks. */
export function growSeconds({ state }: Status): number {
  return state === "idle" || state === "ended" ? 10 : 3;
}
