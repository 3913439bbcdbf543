import assert from "node:assert/strict";
import { test } from "node:test";
import { draws, source } from "./source.mjs";

const { best } = await source("vectors");
const { decode, encode, start } = await source("state");
const { csv, readCsv } = await source("save");
const { shown } = await source("dom");
const { splat, stamp } = await source("splat");

test("the best are those of a plain sort, ties in order", () => {
  const draw = draws(1);
  for (let round = 0; round < 50; round++) {
    const values = Float32Array.from({ length: 60 }, () => Math.floor(draw() * 12));
    const never = [3, 5];
    const plain = [...values.keys()].filter((i) => !never.includes(i)).sort((a, b) => values[b] - values[a] || a - b);
    for (const k of [1, 7, 100]) assert.deepEqual(best(values, k, never).map(({ row }) => row), plain.slice(0, k));
  }
});

test("a state survives the address", () => {
  const state = {
    ...start(), word: "a&b=c#\u202e<", pins: ["x", "y,z"], tab: "axes", colour: "axis 2", k: 25, among: 5000, chart: true,
    axes: [{ low: ["man"], high: ["woman", "she"] }, { low: [], high: ["+"] }],
    analogy: ["a", "b", "", "d"], outline: [[0, 1], [2, 3], [-4, 0.5]],
    cameras: [{ x: 0.25, y: -1, zoom: 300 }, null],
  };
  assert.deepEqual(decode(`#${encode(state)}`), state);
});

test("tables are read as they were written", () => {
  const rows = [["word", "n"], ['say "hi"', "1"], ["two\nlines, and\r\nmore", ""], ["ü", "3"], ["=1+1", "4"]];
  assert.deepEqual(readCsv("\ufeff" + csv(rows)), rows);
  assert.deepEqual(readCsv("a\tb\n1\t2\n"), [["a", "b"], ["1", "2"]]);
});

test("what is unseen is spelt out, what is endless is cut", () => {
  assert.equal(shown("a\u202eb\u0000"), "a‹202E›b‹0000›");
  assert.equal(shown("x".repeat(10_000)).length, 41);
  assert.equal(shown("👩".repeat(40)), "👩".repeat(40));
  assert.equal(shown("👩".repeat(41)), "👩".repeat(40) + "…");
  assert.equal(shown(""), "‹›");
});

test("points are blended as colours are, and cut at the edges", () => {
  const [width, height] = [9, 7];
  const out = new Uint32Array(width * height);
  const paper = 0xff102030;
  const disc = stamp(1.5, 0.5);
  const scene = (x, y) => ({
    points: new Float32Array([x, -y]), n: 1, colours: new Uint32Array([0xffe0a040]), sizes: new Uint8Array([0]),
    discs: [disc], zoom: 1, left: 0, top: 0,
  });
  splat(out, width, height, paper, scene(4, 3));
  const parts = (c) => [c & 255, (c >>> 8) & 255, (c >>> 16) & 255];
  const middle = parts(out[3 * width + 4]);
  parts(paper).forEach((under, i) => assert(Math.abs(middle[i] - (under + parts(0xffe0a040)[i]) / 2) <= 1));
  assert.equal(out[0], paper);
  for (const [x, y] of [[0, 0], [8, 6], [-1, 3], [9, 3], [4, 7]]) {
    splat(out, width, height, paper, scene(x, y));
    for (let py = 0; py < height; py++) {
      for (let px = 0; px < width; px++) {
        const covered = [...disc.dx.keys()].some((p) => x + disc.dx[p] === px && y + disc.dy[p] === py);
        assert.equal(out[py * width + px] !== paper, covered, `${px},${py} of a point at ${x},${y}`);
      }
    }
  }
});
