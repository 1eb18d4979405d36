import type { Captions, Link } from "../../client/index.ts";
import { cut } from "../terminal/cells.ts";
import { writeJsonLine } from "../terminal/output.ts";
import { type Screen, wrap } from "../terminal/screen.ts";
import type { Change } from "./changes.ts";
import { lineOf, textOf } from "./lines.ts";

/** How what is read is shown. */
export type View = {
  change(change: Change): void;
  /** After every frame, and whenever the link changes. */
  now(captions: Captions, link: Link): void;
  end(): void;
};

/** Finals stay; below them what is being said now, and how the room and the link stand. */
export function screenView(screen: Screen, room: string): View {
  const width = (): number => screen.columns - 1;
  return {
    change(change) {
      const style = change.kind === "said" ? "reset" : "yellow";
      for (const line of wrap(lineOf(change), width())) screen.print(screen.style(style, line));
    },
    now(captions, link) {
      const interim = captions.interim === null ? [] : wrap(textOf(captions.interim), width());
      screen.live(
        [...interim, cut(`room "${room}": ${standing(captions, link)}`, width())].map((line) =>
          screen.style("dim", line),
        ),
      );
    },
    end: () => screen.live([]),
  };
}

/** One line for each final on stdout; on stderr what happens to the connection. */
export function plainView(room: string): View {
  const stand = onChange((text) => process.stderr.write(`room "${room}": ${text}\n`));
  return {
    change: (change) => void process.stdout.write(`${lineOf(change)}\n`),
    now: (captions, link) => stand(standing(captions, link)),
    end() {},
  };
}

/**
 * JSON lines: `segment` for each final, once more when it was corrected (the same id); `removed`; `purged`; `status` of the
 * room and `link` of this connection whenever they change.
 */
export function jsonView(): View {
  const status = onChange((text) => void process.stdout.write(`${text}\n`));
  const stand = onChange((text) => void process.stdout.write(`${text}\n`));
  return {
    change(change) {
      switch (change.kind) {
        case "said":
        case "late":
        case "corrected":
          writeJsonLine({ type: "segment", ...change.segment });
          return;
        case "removed":
          writeJsonLine({ type: "removed", id: change.segment.id });
          return;
        case "purged":
          writeJsonLine({ type: "purged" });
          return;
      }
    },
    now(captions, link) {
      stand(JSON.stringify({ type: "link", ...link }));
      if (captions.position !== null) {
        status(JSON.stringify({ type: "status", ...captions.status, session: captions.session?.id ?? null }));
      }
    },
    end() {},
  };
}

function onChange(tell: (text: string) => void): (text: string) => void {
  let last: string | null = null;
  return (text) => {
    if (text === last) return;
    last = text;
    tell(text);
  };
}

function standing({ status, position }: Captions, link: Link): string {
  switch (link.state) {
    case "connecting":
      return position === null ? "connecting …" : "the connection was lost; connecting again …";
    case "waiting":
      return `${position === null ? "no connection yet." : link.reason} Next try in ${Math.ceil(link.retryInMs / 1000)} s.`;
    case "closed":
      return "closed";
    case "open":
      break;
  }
  switch (status.state) {
    case "idle":
      return "nobody speaks yet";
    case "ended":
      return "the session has ended";
    case "live":
      return "live";
    case "connecting":
    case "recovering":
      return status.reason === "publisher_away"
        ? "the speaker's connection was lost; waiting for it"
        : "speech recognition is not there yet; waiting for it";
  }
}
