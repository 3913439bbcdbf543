import assert from "node:assert/strict";
import { test } from "node:test";
import { draws, source } from "./source.mjs";

const { appear } = await source("labels");

function scene(n, seed) {
  const draw = draws(seed);
  const some = (least, most) => Float32Array.from({ length: n }, () => least + (most - least) * draw());
  return { x: some(-1, 1), y: some(-1, 1), width: some(10, 90), height: some(12, 20) };
}

function overlap({ x, y, width, height }, i, j, zoom) {
  // A hair less than touching: the zoom is rounded to float32.
  const apart = (a, b, u, v) => Math.abs(a - b) * zoom * 1.000001 >= (u + v) / 2;
  return !apart(x[i], x[j], width[i], width[j]) && !apart(y[i], y[j], height[i], height[j]);
}

test("labels never overlap, at any zoom from their first on", () => {
  for (const seed of [1, 2, 3]) {
    const s = scene(400, seed);
    const from = appear(s.x, s.y, s.width, s.height, 100, 20_000);
    for (let zoom = 100; zoom <= 20_000; zoom *= 1.31) {
      const seen = [...from.keys()].filter((i) => from[i] <= zoom);
      for (const i of seen) for (const j of seen) if (i < j) assert(!overlap(s, i, j, zoom), `${i} and ${j} at ${zoom}`);
    }
  }
});

test("a label waits no longer than it has to: just before, one of those before it is in its way", () => {
  const s = scene(400, 4);
  const from = appear(s.x, s.y, s.width, s.height, 100, 20_000);
  let waited = 0;
  for (let i = 0; i < 400; i++) {
    if (from[i] <= 100 || from[i] === Infinity) continue;
    waited++;
    const before = from[i] * 0.9999;
    const blocked = [...Array(i).keys()].some((j) => from[j] <= from[i] && overlap(s, i, j, before));
    assert(blocked, `label ${i} waits for nobody`);
  }
  assert(waited > 100);
});

test("of words at one place only the first is named", () => {
  const same = new Float32Array([0.5, 0.5, 0.5]);
  const size = new Float32Array([10, 10, 10]);
  assert.deepEqual([...appear(same, same, size, size, 1, 1e6)], [1, Infinity, Infinity]);
});

test("fifty thousand labels take less than seconds", () => {
  const s = scene(50_000, 5);
  const began = performance.now();
  appear(s.x, s.y, s.width, s.height, 300, 300 * 8000);
  assert(performance.now() - began < 5000);
});
