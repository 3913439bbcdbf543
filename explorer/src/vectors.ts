/** Words and their directions: cosines, neighbours, analogies, axes; exact over the int8 rows. */

import type { Facts, Pack } from "./data";

export interface Found {
  row: number;
  value: number;
}

export class Table {
  readonly words: string[];
  readonly counts: Float64Array | null;
  readonly points: Float32Array;
  readonly clusters: Uint16Array | null;
  readonly n: number;
  readonly dim: number;
  private readonly bytes: Int8Array;
  /** One over the length of each row of bytes; 0 where the row has no direction. */
  private readonly inverse: Float32Array;
  private rows: Map<string, number> | null = null;
  private folded: string[] | null = null;

  constructor(pack: Pack, readonly facts: Facts, number: number) {
    const block = <T>(name: string) => pack.array<T>(`${number}.${name}`);
    this.words = block<string[]>("words")!;
    this.counts = block<Float64Array>("counts");
    this.points = block<Float32Array>("points")!;
    this.clusters = block<Uint16Array>("clusters");
    this.bytes = block<Int8Array>("vectors")!;
    this.n = this.words.length;
    this.dim = facts.dim;
    this.inverse = inverses(this.bytes, this.n, this.dim);
  }

  row(word: string): number {
    if (!this.rows) {
      this.rows = new Map();
      for (let i = 0; i < this.n; i++) this.rows.set(this.words[i], i);
    }
    return this.rows.get(word) ?? -1;
  }

  /** The words that begin with a text, then those that hold it; the most frequent first. */
  complete(text: string, most: number): number[] {
    const part = text.toLowerCase();
    if (!part) return [];
    this.folded ??= this.words.map((word) => word.toLowerCase());
    const exact = this.row(text);
    const first: number[] = exact < 0 ? [] : [exact];
    const later: number[] = [];
    for (let i = 0; i < this.n && first.length < most; i++) {
      if (i === exact) continue;
      if (this.folded[i].startsWith(part)) first.push(i);
      else if (later.length < most && this.folded[i].includes(part)) later.push(i);
    }
    return first.concat(later).slice(0, most);
  }

  /** The direction of a word: its row at length 1. */
  direction(row: number): Float32Array {
    const out = new Float32Array(this.dim);
    for (let d = 0; d < this.dim; d++) out[d] = this.bytes[row * this.dim + d] * this.inverse[row];
    return out;
  }

  cosine(a: number, b: number): number {
    let sum = 0;
    for (let d = 0; d < this.dim; d++) {
      sum += this.bytes[a * this.dim + d] * this.bytes[b * this.dim + d];
    }
    return sum * this.inverse[a] * this.inverse[b];
  }

  /** The cosines of a query, of any length but 0, with all rows. */
  cosines(query: Float32Array): Float32Array {
    const { bytes, dim, inverse, n } = this;
    const unit = normalised(query);
    const out = new Float32Array(n);
    for (let i = 0, at = 0; i < n; i++, at += dim) {
      let sum = 0;
      for (let d = 0; d < dim; d++) sum += bytes[at + d] * unit[d];
      out[i] = sum * inverse[i];
    }
    return out;
  }

  /** The nearest words, of all or of the first so many. */
  neighbours(row: number, k: number, among = 0): Found[] {
    return best(this.first(this.cosines(this.direction(row)), among), k, [row]);
  }

  private first(values: Float32Array, among: number): Float32Array {
    return among ? values.subarray(0, among) : values;
  }

  /** "a is to b as c is to ?": the words nearest to b - a + c (3CosAdd). */
  analogy(a: number, b: number, c: number, k: number, among = 0, expected = -1): { found: Found[]; rank: number } {
    const [u, v, w] = [a, b, c].map((row) => this.direction(row));
    const scores = this.first(this.cosines(u.map((x, d) => v[d] - x + w[d])), among);
    const given = [a, b, c];
    let rank = -1;
    if (expected >= 0 && expected < scores.length && !given.includes(expected)) {
      rank = 1;
      for (let i = 0; i < scores.length; i++) {
        if (scores[i] > scores[expected] && !given.includes(i)) rank++;
      }
    }
    return { found: best(scores, k, given), rank };
  }

  /** How parallel the steps a → b and c → d are: the cosine of their differences. */
  parallel(a: number, b: number, c: number, d: number): number {
    const [p, q, r, s] = [a, b, c, d].map((row) => this.direction(row));
    const x = normalised(p.map((value, i) => q[i] - value));
    const y = normalised(r.map((value, i) => s[i] - value));
    return x.reduce((sum, value, i) => sum + value * y[i], 0);
  }

  /** Where all words lie between two lists; null where they do not point two ways. */
  axis(low: number[], high: number[]): Float32Array | null {
    if (!low.length && !high.length) return null;
    const from = this.mean(low);
    const axis = this.mean(high).map((x, d) => x - from[d]);
    return axis.some((x) => x !== 0) ? this.cosines(axis) : null;
  }

  private mean(rows: number[]): Float32Array {
    const out = new Float32Array(this.dim);
    for (const row of rows) this.direction(row).forEach((x, d) => (out[d] += x / rows.length));
    return out;
  }
}

function inverses(bytes: Int8Array, n: number, dim: number): Float32Array {
  const out = new Float32Array(n);
  for (let i = 0, at = 0; i < n; i++, at += dim) {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += bytes[at + d] * bytes[at + d];
    out[i] = sum ? 1 / Math.sqrt(sum) : 0;
  }
  return out;
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return length ? vector.map((x) => x / length) : vector;
}

/** The k largest values, largest first; rows that are equal stand in order. */
export function best(values: ArrayLike<number>, k: number, never: number[] = []): Found[] {
  const out: Found[] = [];
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (out.length === k && !(value > out[k - 1].value)) continue;
    if (never.includes(row) || Number.isNaN(value)) continue;
    let at = out.length;
    while (at && out[at - 1].value < value) at--;
    out.splice(at, 0, { row, value });
    if (out.length > k) out.pop();
  }
  return out;
}
