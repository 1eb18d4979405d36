/** Counts live sockets, and knows how far each is behind the audio it was sent. */
export type SocketCount = {
  /** Counts a socket in; the answer counts it out again. */
  enter(backlogSeconds: () => number): () => void;
  counts(): { listenSockets: number; listenSocketsTotal: number; listenSocketsPeak: number };
  largestBacklogSeconds(): number;
};

export function createSocketCount(): SocketCount {
  const open = new Set<() => number>();
  let total = 0;
  let peak = 0;
  return {
    enter(backlogSeconds) {
      open.add(backlogSeconds);
      total++;
      peak = Math.max(peak, open.size);
      return () => open.delete(backlogSeconds);
    },
    counts: () => ({ listenSockets: open.size, listenSocketsTotal: total, listenSocketsPeak: peak }),
    largestBacklogSeconds: () => Math.max(0, ...[...open].map((backlog) => backlog())),
  };
}
