import { paragraphs } from "../client/display/paragraphs.ts";
import { createCaptionView } from "../client/element/caption-view.ts";
import { createStateLine } from "../client/element/state-line.ts";
import { inWords } from "../client/element/words.ts";
import { type Captions, type Link, subscribe } from "../client/index.ts";
import { tenantOfPage } from "./room.ts";
import { tokenSource } from "./token.ts";

type Options = {
  room: string;
  box: HTMLElement;
  /** Where the state is seen and where it is announced. */
  seen: HTMLElement;
  spoken: HTMLElement;
  handleDrawn(captions: Captions): void;
};

export type Following = {
  /** Fetches captions before the first one shown and draws them inside `around`. Rejects with a `CaptionwireError`. */
  showEarlier(around: (draw: () => void) => void): Promise<void>;
  close(): void;
};

/** Shows the captions of a room and the state of the link in words, until closed. */
export function follow({ room, box, seen, spoken, handleDrawn }: Options): Following {
  const view = createCaptionView(box);
  const line = createStateLine(seen, spoken);
  let wasOpen = false;
  let firstDrawn: string | undefined;
  /** Each was the first one drawn when earlier ones were added. */
  const openers = new Set<string>();

  const subscription = subscribe({
    url: location.origin,
    room,
    token: tokenSource(["captions:view"], room),
    tenant: tenantOfPage(),
    onChange(captions) {
      draw(captions);
      showState(subscription.link);
    },
    onLink: showState,
  });

  function draw(captions: Captions): void {
    view.draw(paragraphs(captions.segments, captions.interim, openers));
    firstDrawn = captions.segments[0]?.id;
    handleDrawn(captions);
  }

  function showState(link: Link): void {
    wasOpen ||= link.state === "open";
    line.show(inWords(link, subscription.captions.status, wasOpen));
  }

  showState(subscription.link);
  return {
    async showEarlier(around) {
      const captions = await subscription.earlier();
      if (firstDrawn !== undefined) openers.add(firstDrawn);
      around(() => draw(captions));
    },
    close() {
      subscription.close();
    },
  };
}
