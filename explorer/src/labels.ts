/**
 * Which labels a map shows at which zoom, so that none overlap, and none flickers.
 *
 * Each label gets one number, the zoom from which on it is there, however the map is moved. A label
 * waits until every one before it (those of more frequent words) that is there at the same zoom lies
 * beside it. (The active ranges of Been, Daiches and Yap, "Dynamic map labeling", 2006.)
 *
 * Zoom is pixels per unit. Two boxes of w × h pixels, centred at their points, overlap as long as
 * the zoom is below both (w₁ + w₂) / 2 |Δx| and (h₁ + h₂) / 2 |Δy|.
 */

/** Cells are found by a hash: those that share a slot cost a look, and nothing else. */
const SLOTS = 1 << 15;
const slot = (cx: number, cy: number): number =>
  (Math.imul(cx, 73856093) ^ Math.imul(cy, 19349663)) & (SLOTS - 1);

/** The zoom at which each label appears, in the order of importance; Infinity: not up to `most`. */
export function appear(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  width: ArrayLike<number>,
  height: ArrayLike<number>,
  least: number,
  most: number,
): Float32Array {
  const n = width.length;
  const from = new Float32Array(n).fill(Infinity);
  const levels = Math.max(1, Math.ceil(Math.log2(most / least)));
  let widest = 1;
  let highest = 1;
  for (let i = 0; i < n; i++) {
    widest = Math.max(widest, width[i]);
    highest = Math.max(highest, height[i]);
  }
  // A level is an octave of zoom. Its cells are as large as the largest box at its least zoom, so
  // whatever overlaps a label there lies in nine cells. Each cell is a chain, the newest first.
  const grids = Array.from({ length: levels }, () => new Int32Array(SLOTS).fill(-1));
  const next = grids.map(() => new Int32Array(n).fill(-1));
  const cell = (i: number, level: number): [number, number] => {
    const zoom = least * 2 ** level;
    return [Math.floor((x[i] * zoom) / widest), Math.floor((y[i] * zoom) / highest)];
  };
  for (let i = 0; i < n; i++) {
    let start = least;
    for (let level = levels - 1; level >= 0; level--) {
      const found = conflict(i, level);
      if (found > 0) {
        start = found;
        break;
      }
    }
    if (start > most) continue;
    from[i] = start;
    for (let level = levels - 1; level >= 0 && least * 2 ** (level + 1) >= start; level--) {
      const [cx, cy] = cell(i, level);
      const key = slot(cx, cy);
      next[level][i] = grids[level][key];
      grids[level][key] = i;
    }
  }
  return from;

  /** The zoom up to which a label of this level's octave, or above it, is in the way; 0 if none. */
  function conflict(i: number, level: number): number {
    const [cx, cy] = cell(i, level);
    let until = 0;
    for (let gx = cx - 1; gx <= cx + 1; gx++) {
      for (let gy = cy - 1; gy <= cy + 1; gy++) {
        let j = grids[level][slot(gx, gy)];
        for (; j >= 0; j = next[level][j]) {
          const zoom = Math.min(
            (width[i] + width[j]) / 2 / Math.abs(x[i] - x[j]),
            (height[i] + height[j]) / 2 / Math.abs(y[i] - y[j]),
          );
          if (zoom > from[j] && zoom > until) until = zoom;
        }
      }
    }
    return until > least * 2 ** level ? until : 0;
  }
}
