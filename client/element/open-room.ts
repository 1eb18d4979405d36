import type { Captions, CaptionsFrame, Link, SubscribeOptions, Subscription } from "../index.ts";
import { subscribe } from "../index.ts";
import { createScreen, type Screen, type ScreenParts } from "./screen.ts";
import { createStateLine } from "./state-line.ts";
import { inWords } from "./words.ts";

export type OpenRoom = {
  readonly screen: Screen;
  readonly subscription: Subscription;
  /** Nothing of the room is on the screen any more, and nothing of it is told. */
  close(): void;
};

type Options = {
  readonly address: Pick<SubscribeOptions, "url" | "room" | "tenant" | "token" | "keepSegments">;
  readonly parts: ScreenParts & {
    /** Where the state is seen and where it is announced. */
    readonly state: HTMLElement;
    readonly announced: HTMLElement;
  };
  nameOf(speaker: number): string;
  handleFollowing(isFollowing: boolean): void;
  handleCaptions(captions: Captions, frame: CaptionsFrame): void;
  handleLink(link: Link): void;
};

/** Shows the captions of a room, and the state of room and link in words, until closed. */
export function openRoom(options: Options): OpenRoom {
  const { address, parts, nameOf, handleFollowing } = options;
  const screen = createScreen({ ...parts, nameOf, handleFollowing });
  const line = createStateLine(parts.state, parts.announced);
  let wasOpen = false;
  /** The end of a link that was left is no news. */
  let isLeft = false;

  function tell(link: Link): void {
    wasOpen ||= link.state === "open";
    line.show(inWords(link, subscription.captions.status, wasOpen));
  }

  const subscription = subscribe({
    ...address,
    onChange(captions, frame) {
      screen.show(captions);
      tell(subscription.link);
      options.handleCaptions(captions, frame);
    },
    onLink(link) {
      if (isLeft) return;
      tell(link);
      options.handleLink(link);
    },
  });
  tell(subscription.link);
  return {
    screen,
    subscription,
    close() {
      isLeft = true;
      subscription.close();
      line.close();
      screen.close();
    },
  };
}
