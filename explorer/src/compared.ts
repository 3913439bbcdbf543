/** Two models beside each other: for each word of both, how many neighbours it keeps. */

import type { Shades } from "./colours";
import type { Pack } from "./data";
import type { Table } from "./vectors";

export class Compared {
  readonly k: number;
  readonly n: number;
  /** Rows of the words of both, in the first and in the second model. */
  readonly rows: [Int32Array, Int32Array];
  /** Neighbours among the words of both that a word has in both models, 0 to k. */
  readonly shared: Uint8Array;
  /** Cosine of a word's two vectors once one model is turned onto the other; null without it. */
  readonly aligned: Float32Array | null;

  constructor(pack: Pack, about: { k: number; shared: number; aligned: boolean }, private readonly tables: Table[]) {
    this.k = about.k;
    this.n = about.shared;
    this.rows = [pack.array<Int32Array>("c.first")!, pack.array<Int32Array>("c.second")!];
    this.shared = pack.array<Uint8Array>("c.shared")!;
    this.aligned = pack.array<Float32Array>("c.aligned");
  }

  word(i: number): string {
    return this.tables[0].words[this.rows[0][i]];
  }

  shades(model: number): Shades {
    const values = new Float32Array(this.tables[model].n).fill(NaN);
    for (let i = 0; i < this.n; i++) values[this.rows[model][i]] = this.shared[i];
    return { kind: "numbers", values, low: "moved", high: "stayed", two: false };
  }

  /** How many words keep 0, 1, … k of their neighbours. */
  histogram(): number[] {
    const out = new Array<number>(this.k + 1).fill(0);
    for (const shared of this.shared) out[shared]++;
    return out;
  }
}
