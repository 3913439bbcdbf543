/** Colours of points, for light and dark paper, told apart by who is colour-blind. */

import type { Table } from "./vectors";

export type Rgb = [number, number, number];

export interface Theme {
  paper: Rgb;
  ink: Rgb;
  faint: Rgb;
  accent: Rgb;
  second: Rgb;
  groups: Rgb[];
  scale: Rgb[];
  two: Rgb[];
}

const rgb = (hex: string): Rgb => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as Rgb;
const list = (text: string): Rgb[] => text.split(" ").map(rgb);

// Groups after Paul Tol's qualitative schemes, darker on white than on black.
export const THEMES: Record<"light" | "dark", Theme> = {
  light: {
    paper: rgb("#fbfaf7"),
    ink: rgb("#1d2433"),
    faint: rgb("#c9cbd1"),
    accent: rgb("#b3261e"),
    second: rgb("#0b57a4"),
    groups: list("#4477aa #c4514a #228833 #a8871c #2f9fb8 #aa3377 #6b6f7b #332288 #b8632a #117864 #7a4fa3 #6b7a1e"),
    scale: list("#d8d3c0 #a9c48b #57a58c #287a8e #2f4f86 #3b1f5e"),
    two: list("#0b57a4 #6ea3cf #cfd0cf #e3a15c #b5480e"),
  },
  dark: {
    paper: rgb("#14171f"),
    ink: rgb("#e8e9ee"),
    faint: rgb("#3a404d"),
    accent: rgb("#ff8a75"),
    second: rgb("#7ab8ff"),
    groups: list("#77aadd #ee8866 #7fc97f #eedd88 #99ddff #ffaabb #a6abb8 #a99bf0 #e0a070 #44bb99 #c9a0e8 #bbcc33"),
    scale: list("#3b3a4c #40598a #2f8595 #4fae88 #a5cf63 #f4e76e"),
    two: list("#7ab8ff #4f7fae #565c68 #b98345 #ffb366"),
  },
};

export const packed = ([r, g, b]: Rgb): number => (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
export const css = ([r, g, b]: Rgb, alpha = 1): string => `rgba(${r},${g},${b},${alpha})`;
export const mixed = (a: Rgb, b: Rgb, part: number): Rgb =>
  a.map((x, i) => Math.round(x + (b[i] - x) * part)) as Rgb;

/** A colour of a scale, at 0 to 1. */
export function along(scale: Rgb[], at: number): Rgb {
  const place = Math.max(0, Math.min(1, at)) * (scale.length - 1);
  const below = Math.min(scale.length - 2, Math.floor(place));
  return mixed(scale[below], scale[below + 1], place - below);
}

/** What points are coloured by: groups with names, or numbers along a scale. */
export type Shades =
  | { kind: "groups"; of: ArrayLike<number>; names: string[] }
  | { kind: "numbers"; values: ArrayLike<number>; low: string; high: string; two: boolean };

export interface Legend {
  items: { name: string; colour: Rgb }[];
  scale: null | { colours: Rgb[]; low: string; high: string };
}

/** Groups beyond the number of colours have darker and paler ones of them. */
function groupColour({ groups, ink, paper }: Theme, i: number): Rgb {
  const round = Math.floor(i / groups.length);
  const base = groups[i % groups.length];
  return round === 0 ? base : mixed(base, round % 2 ? ink : paper, Math.min(0.6, 0.3 * Math.ceil(round / 2)));
}

/** A colour for each word; NaN and groups without a name are faint. */
export function paint(shades: Shades, n: number, theme: Theme): { colours: Uint32Array; legend: Legend } {
  const colours = new Uint32Array(n);
  if (shades.kind === "groups") {
    const inks = shades.names.map((_, i) => groupColour(theme, i));
    const packs = inks.map(packed);
    for (let i = 0; i < n; i++) colours[i] = packs[shades.of[i]] ?? packed(theme.faint);
    const items = shades.names.map((name, i) => ({ name, colour: inks[i] }));
    return { colours, legend: { items, scale: null } };
  }
  const scale = shades.two ? theme.two : theme.scale;
  const steps = Array.from({ length: 256 }, (_, i) => packed(along(scale, i / 255)));
  const [low, high] = spread(shades.values, n, shades.two);
  for (let i = 0; i < n; i++) {
    const value = shades.values[i];
    colours[i] = Number.isFinite(value)
      ? steps[Math.max(0, Math.min(255, Math.round((255 * (value - low)) / (high - low || 1))))]
      : packed(theme.faint);
  }
  return { colours, legend: { items: [], scale: { colours: scale, low: shades.low, high: shades.high } } };
}

/** The range of most values: a few far ones shall not take all the colours. */
function spread(values: ArrayLike<number>, n: number, two: boolean): [number, number] {
  const step = Math.max(1, Math.floor(n / 20000));
  const some: number[] = [];
  for (let i = 0; i < n; i += step) if (Number.isFinite(values[i])) some.push(values[i]);
  some.sort((a, b) => a - b);
  const at = (part: number) => some[Math.min(some.length - 1, Math.floor(part * some.length))] ?? 0;
  const [low, high] = [at(0.01), at(0.99)];
  const most = Math.max(Math.abs(low), Math.abs(high));
  return two ? [-most, most] : [low, high];
}

export function byFrequency(table: Table): Shades {
  const values = Float32Array.from({ length: table.n }, (_, i) => Math.log(table.counts ? table.counts[i] + 1 : table.n - i));
  return { kind: "numbers", values, low: "rare", high: "frequent", two: false };
}

export function byCluster(table: Table): Shades {
  return { kind: "groups", of: table.clusters ?? new Uint16Array(table.n), names: table.clusters ? table.facts.clusters : ["all words"] };
}
