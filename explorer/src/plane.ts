/** Points of a plane: where they lie, which is near, which lie within an outline. */

/** The sides of nearly all points: a few that lie far off shall not shrink the others. */
export function boundsOf(points: Float32Array): { left: number; right: number; bottom: number; top: number } {
  const n = points.length / 2;
  const step = Math.max(1, Math.floor(n / 20_000));
  const side = (offset: number): [number, number] => {
    const some: number[] = [];
    for (let i = 0; i < n; i += step) some.push(points[2 * i + offset]);
    some.sort((a, b) => a - b);
    const far = n > 1000 ? Math.floor(some.length * 0.002) : 0;
    return [some[far] ?? 0, some[some.length - 1 - far] ?? 0];
  };
  const [left, right] = side(0);
  const [bottom, top] = side(1);
  return { left, right, bottom, top };
}

/** Whether a point lies within an outline: a ray from it crosses an odd number of its sides. */
export function inside(outline: [number, number][], x: number, y: number): boolean {
  let within = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [xi, yi] = outline[i];
    const [xj, yj] = outline[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

/** Points in cells, to find the nearest without looking at all. */
export class Grid {
  private readonly cells = 256;
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;
  private readonly box: { left: number; bottom: number; width: number; height: number };

  constructor(private readonly points: Float32Array, n: number) {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, points[2 * i]);
      right = Math.max(right, points[2 * i]);
      bottom = Math.min(bottom, points[2 * i + 1]);
      top = Math.max(top, points[2 * i + 1]);
    }
    this.box = { left, bottom, width: right - left || 1, height: top - bottom || 1 };
    const { cells } = this;
    const cell = Int32Array.from({ length: n }, (_, i) => this.column(points[2 * i]) * cells + this.line(points[2 * i + 1]));
    this.starts = new Int32Array(cells * cells + 1);
    for (const c of cell) this.starts[c + 1]++;
    for (let c = 0; c < cells * cells; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    this.rows = new Int32Array(n);
    cell.forEach((c, i) => (this.rows[next[c]++] = i));
  }

  private column(x: number): number {
    return this.clamped(((x - this.box.left) / this.box.width) * this.cells);
  }

  private line(y: number): number {
    return this.clamped(((y - this.box.bottom) / this.box.height) * this.cells);
  }

  private clamped(place: number): number {
    return Math.max(0, Math.min(this.cells - 1, Math.floor(place)));
  }

  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let least = reach * reach;
    for (let cx = this.column(x - reach); cx <= this.column(x + reach); cx++) {
      for (let cy = this.line(y - reach); cy <= this.line(y + reach); cy++) {
        const cell = cx * this.cells + cy;
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at++) {
          const row = this.rows[at];
          const far = (this.points[2 * row] - x) ** 2 + (this.points[2 * row + 1] - y) ** 2;
          if (far < least) [best, least] = [row, far];
        }
      }
    }
    return best;
  }
}
