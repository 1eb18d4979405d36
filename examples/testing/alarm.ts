import { type Segment, type Subscription, subscribe } from "captionwire";

export type AlarmOptions = {
  readonly url: string;
  readonly room: string;
  readonly token: () => Promise<string>;
  readonly word: string;
  readonly onMention: (segment: Segment) => void;
};

/** The app under test: tells of each final caption that mentions a word, once, whatever happens to the connection. */
export function startAlarm({ url, room, token, word, onMention }: AlarmOptions): Subscription {
  const told = new Set<string>();
  return subscribe({
    url,
    room,
    token,
    onChange({ segments }) {
      for (const segment of segments) {
        if (told.has(segment.id) || !segment.text.toLowerCase().includes(word)) continue;
        told.add(segment.id);
        onMention(segment);
      }
    },
  });
}
