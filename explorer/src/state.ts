/** What the page shows, as one value; it travels in the address, so that a link restores it. */

import type { Camera } from "./pane";

export interface Axis {
  low: string[];
  high: string[];
}

export interface State {
  word: string;
  pins: string[];
  tab: string;
  colour: string;
  k: number;
  /** Answers are of the first so many words; 0: of all. */
  among: number;
  chart: boolean;
  axes: [Axis, Axis];
  analogy: [string, string, string, string];
  outline: [number, number][] | null;
  cameras: (Camera | null)[];
}

export const start = (): State => ({
  word: "",
  pins: [],
  tab: "word",
  colour: "cluster",
  k: 10,
  among: 0,
  chart: false,
  axes: [
    { low: [], high: [] },
    { low: [], high: [] },
  ],
  analogy: ["", "", "", ""],
  outline: null,
  cameras: [],
});

const MOST_LISTED = 200;
const short = (x: number): string => String(Number(x.toPrecision(5)));
const LISTS = ["an", "ap", "bn", "bp"] as const;

export function encode(state: State): string {
  const out = new URLSearchParams();
  const first = start();
  if (state.word) out.set("w", state.word);
  for (const pin of state.pins) out.append("p", pin);
  if (state.tab !== first.tab) out.set("t", state.tab);
  if (state.colour !== first.colour) out.set("c", state.colour);
  if (state.k !== first.k) out.set("k", String(state.k));
  if (state.among) out.set("n", String(state.among));
  if (state.chart) out.set("v", "chart");
  const lists = state.axes.flatMap((axis) => [axis.low, axis.high]);
  lists.forEach((words, i) => words.forEach((word) => out.append(LISTS[i], word)));
  if (state.analogy.some(Boolean)) for (const word of state.analogy) out.append("q", word);
  if (state.outline) out.set("r", state.outline.flat().map(short).join(","));
  state.cameras.forEach((camera, i) => {
    if (camera) out.set(`z${i}`, [camera.x, camera.y, camera.zoom].map(short).join(","));
  });
  return out.toString();
}

/** Read an address; whatever is no sense in it is left out. */
export function decode(text: string): State {
  const given = new URLSearchParams(text.replace(/^#/, ""));
  const state = start();
  const words = (name: string) => given.getAll(name).slice(0, MOST_LISTED);
  const numbers = (name: string) => (given.get(name) ?? "").split(",").map(Number);
  state.word = given.get("w") ?? "";
  state.pins = words("p");
  state.tab = given.get("t") ?? state.tab;
  state.colour = given.get("c") ?? state.colour;
  const k = Number(given.get("k"));
  if (k >= 1 && k <= 100) state.k = Math.round(k);
  const among = Number(given.get("n"));
  if (among >= 1) state.among = Math.round(among);
  const [an, ap, bn, bp] = LISTS.map(words);
  state.axes = [
    { low: an, high: ap },
    { low: bn, high: bp },
  ];
  state.chart = given.get("v") === "chart" && an.length + ap.length > 0;
  const asked = words("q");
  if (asked.length === 4) state.analogy = asked as State["analogy"];
  const outline = numbers("r");
  if (given.has("r") && outline.length >= 6 && outline.every(Number.isFinite)) {
    state.outline = Array.from({ length: outline.length >> 1 }, (_, i) => [outline[2 * i], outline[2 * i + 1]]);
  }
  state.cameras = [0, 1].map((i) => {
    const [x, y, zoom] = numbers(`z${i}`);
    return given.has(`z${i}`) && [x, y].every(Number.isFinite) && zoom > 0 && zoom < Infinity ? { x, y, zoom } : null;
  });
  return state;
}

/** An outline of at most so many corners, for the address. */
export function thinned(outline: [number, number][], most = 60): [number, number][] {
  const step = Math.ceil(outline.length / most);
  return outline.filter((_, i) => i % step === 0);
}
