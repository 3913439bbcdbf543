/** Colours by a column of a file, and what colours mean. */

import { css, type Legend, type Shades } from "./colours";
import { h, replace, shown } from "./dom";
import type { Table } from "./vectors";

/** A column of a file, by word. */
export interface Extra {
  name: string;
  values: Map<string, string>;
}

const MOST_GROUPS = 12;

export function shadesOf(extra: Extra, table: Table): Shades {
  const texts = table.words.map((word) => extra.values.get(word) ?? "");
  const known = texts.filter((text) => text !== "");
  const numbers = texts.map((text) => (text === "" ? NaN : Number(text.replace(",", "."))));
  if (known.length && known.every((text) => Number.isFinite(Number(text.replace(",", "."))))) {
    return { kind: "numbers", values: numbers, low: `${shown(extra.name)}: low`, high: "high", two: false };
  }
  const tally = new Map<string, number>();
  for (const text of known) tally.set(text, (tally.get(text) ?? 0) + 1);
  const names = [...tally].sort((a, b) => b[1] - a[1]).slice(0, MOST_GROUPS).map(([name]) => name);
  const places = new Map(names.map((name, i) => [name, i]));
  return { kind: "groups", of: texts.map((text) => places.get(text) ?? 65535), names };
}

/** The legend of the colours. */
export function drawLegend(place: HTMLElement, { items, scale }: Legend, most: number): void {
  const swatch = (colour: string) => {
    const mark = h("span", { class: "swatch" });
    mark.style.background = colour;
    return mark;
  };
  const seen = items.slice(0, most).map(({ name, colour }) => h("li", {}, swatch(css(colour)), shown(name, 44)));
  const more = items.length > most && h("li", { class: "more" }, `and ${items.length - most} more`);
  const bar = scale && h("div", { class: "bar" });
  if (bar) bar.style.background = `linear-gradient(to right, ${scale!.colours.map((c) => css(c)).join(",")})`;
  replace(
    place,
    items.length > 0 && h("ul", {}, ...seen, more),
    scale && h("div", { class: "scale" }, h("span", {}, scale.low), bar, h("span", {}, scale.high)),
  );
}
