import { type Captions, type Link, type Subscription, subscribe } from "../client/index.ts";
import { createCaptionView } from "./caption-view.ts";
import { paragraphs } from "./paragraphs.ts";
import { createStateLine } from "./state-line.ts";
import { tokenSource } from "./token.ts";
import { inWords } from "./words.ts";

type Options = {
  room: string;
  box: HTMLElement;
  /** Where the state is seen and where it is announced. */
  seen: HTMLElement;
  spoken: HTMLElement;
  handleDrawn(captions: Captions): void;
};

/** Shows the captions of a room and the state of the link in words, until closed. */
export function follow({ room, box, seen, spoken, handleDrawn }: Options): Subscription {
  const view = createCaptionView(box);
  const line = createStateLine(seen, spoken);
  let wasOpen = false;

  const subscription = subscribe({
    url: location.origin,
    room,
    token: tokenSource(["captions:view"], room),
    onChange(captions) {
      view.draw(paragraphs(captions.segments, captions.interim));
      showState(subscription.link);
      handleDrawn(captions);
    },
    onLink: showState,
  });

  function showState(link: Link): void {
    wasOpen ||= link.state === "open";
    line.show(inWords(link, subscription.captions.status, wasOpen));
  }

  showState(subscription.link);
  return subscription;
}
