/** y = intercept + slope · x */
export type Line = { readonly intercept: number; readonly slope: number };

/** The line of least squares through the points; null where there are no two different x. */
export function fitLine(points: readonly (readonly [x: number, y: number])[]): Line | null {
  const count = points.length;
  if (count === 0) return null;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (spread === 0) return null;
  const together = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const slope = together / spread;
  return { intercept: meanY - slope * meanX, slope };
}

export const valueAt = ({ intercept, slope }: Line, x: number): number => intercept + slope * x;
