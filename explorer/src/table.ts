/** Tables of words, with real rows: what the map shows is all here too. */

import { bdi, h, replace } from "./dom";

export interface Column {
  title: string;
  /** Cells of numbers stand to the right. */
  number?: boolean;
  sort?: () => void;
  sorted?: "ascending" | "descending";
}

export type Cell = string | Node;

/** A word that is chosen by a click. */
export function wordButton(word: string, take: (word: string) => void, mark = ""): HTMLElement {
  return h("button", { type: "button", class: `word ${mark}`, onclick: () => take(word) }, bdi(word));
}

export function table(caption: string, columns: Column[], rows: Cell[][]): HTMLTableElement {
  const head = columns.map(({ title, number, sort, sorted }) =>
    h(
      "th",
      { scope: "col", class: number ? "number" : undefined, "aria-sort": sorted },
      sort ? h("button", { type: "button", class: "sort", onclick: sort }, title, sorted ? (sorted === "ascending" ? " ▲" : " ▼") : "") : title,
    ),
  );
  const body = rows.map((row) =>
    h("tr", {}, ...row.map((cell, i) => h("td", { class: columns[i].number ? "number" : undefined }, cell))),
  );
  return h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
}

export function put(place: Element, ...content: (Node | string | null | false)[]): void {
  replace(place, ...content);
}
