/**
 * The cheapest way through all tokens and all frames that never goes back (dynamic time warping), where listening to a
 * frame costs less the more weight the token gives it. The root of the weight counts, so that one sharp peak does not
 * outvote attention that is spread over a long word.
 *
 * `rows` holds one row of weights for each token, all of the same length. Returns for each token the first frame the
 * path spends on it; the numbers never fall.
 */
export function firstFrames(rows: readonly Float32Array[]): number[] {
  const tokens = rows.length;
  const frames = rows[0]?.length ?? 0;
  if (tokens === 0 || frames === 0) return rows.map(() => 0);

  const STAY = 0;
  const STEP = 1;
  const SKIP = 2;
  const moves = new Uint8Array(tokens * frames);
  let previous = new Float64Array(frames);
  for (let token = 0; token < tokens; token++) {
    const row = rows[token] ?? new Float32Array(frames);
    const costs = new Float64Array(frames);
    for (let frame = 0; frame < frames; frame++) {
      const here = 1 - Math.sqrt(row[frame] ?? 0);
      let cheapest = Number.POSITIVE_INFINITY;
      let move = STAY;
      if (frame > 0 && (costs[frame - 1] ?? 0) < cheapest) {
        cheapest = costs[frame - 1] ?? 0;
        move = STAY;
      }
      if (token > 0) {
        if (frame > 0 && (previous[frame - 1] ?? 0) <= cheapest) {
          cheapest = previous[frame - 1] ?? 0;
          move = STEP;
        }
        if ((previous[frame] ?? 0) < cheapest) {
          cheapest = previous[frame] ?? 0;
          move = SKIP;
        }
      } else if (frame === 0) cheapest = 0;
      costs[frame] = here + cheapest;
      moves[token * frames + frame] = move;
    }
    previous = costs;
  }

  // Every path begins with the first token in the first frame.
  const first = new Array<number>(tokens).fill(0);
  let token = tokens - 1;
  let frame = frames - 1;
  while (token > 0 || frame > 0) {
    first[token] = frame;
    const move = frame === 0 ? SKIP : token === 0 ? STAY : moves[token * frames + frame];
    if (move !== STAY) token--;
    if (move !== SKIP) frame--;
  }
  first[0] = 0;
  return first;
}
