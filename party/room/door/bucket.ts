/** So many at once, and so many a second in the long run. */
export type Rate = { readonly burst: number; readonly perSecond: number };

/** How much of a burst is used up. */
export type Bucket = { readonly level: number; readonly at: number };

export const emptyBucket: Bucket = { level: 0, at: 0 };

/** The bucket with `amount` more in it, or `null` when it would overflow. A clock that was set back drains nothing. */
export function poured(
  bucket: Bucket,
  amount: number,
  { burst, perSecond }: Rate,
  now: number,
): Bucket | null {
  const drained = (Math.max(0, now - bucket.at) * perSecond) / 1000;
  const level = Math.max(0, bucket.level - drained) + amount;
  return level > burst ? null : { level, at: now };
}
