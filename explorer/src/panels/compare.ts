/** Two models: which words moved, which stayed. */

import type { App, Panel } from "../app";
import { fixed, h, shown, svg, whole } from "../dom";
import { offerTable } from "../save";
import { put, table, wordButton, type Column } from "../table";

const STEP = 100;
type Key = "word" | "shared" | "aligned" | "first" | "second";

export function comparePanel(app: App): Panel {
  const compared = app.compared!;
  const [one, two] = app.tables;
  let bin: number | null = null;
  let key: Key = "shared";
  let up = true;
  let most = STEP;
  let least = Math.min(100, floorOf(1000));
  const histogram = h("div", { class: "histogram" });
  const body = h("div", {});
  const floor = h("input", { type: "number", min: 0, value: least, "aria-label": "Least count in both models", onchange: () => ((least = Number(floor.value) || 0), update()) });
  const element = h("div", {}, histogram,
    h("p", { class: "tools" }, one.counts && two.counts ? h("label", {}, "words seen at least ", floor, " times in both") : "", h("button", { type: "button", onclick: save }, "CSV")),
    body);

  /** The count of the word at some place, so that the first table is not of noise. */
  function floorOf(place: number): number {
    return one.counts ? one.counts[Math.min(place, one.n - 1)] : 0;
  }

  const count = (model: 0 | 1, i: number) => app.tables[model].counts?.[compared.rows[model][i]] ?? 0;
  const VALUES: Record<Exclude<Key, "word">, (i: number) => number> = {
    shared: (i) => compared.shared[i],
    aligned: (i) => compared.aligned?.[i] ?? 0,
    first: (i) => count(0, i),
    second: (i) => count(1, i),
  };

  function chosen(): number[] {
    const out: number[] = [];
    for (let i = 0; i < compared.n; i++) {
      if (one.counts && two.counts && (count(0, i) < least || count(1, i) < least)) continue;
      if (bin === null || compared.shared[i] === bin) out.push(i);
    }
    const sign = up ? 1 : -1;
    if (key === "word") return out.sort((a, b) => sign * (compared.word(a) < compared.word(b) ? -1 : 1));
    const value = VALUES[key];
    const tie = compared.aligned && key === "shared" ? VALUES.aligned : null;
    return out.sort((a, b) => sign * (value(a) - value(b)) || (tie ? sign * (tie(a) - tie(b)) : 0) || a - b);
  }

  function columns(): [Key, string][] {
    const out: [Key, string][] = [["word", "word"], ["shared", `of ${compared.k}`]];
    if (compared.aligned) out.push(["aligned", "cosine"]);
    if (one.counts && two.counts) out.push(["first", "count"], ["second", "count, other"]);
    return out;
  }

  function sort(next: Key): void {
    [up, key] = [next === key ? !up : next === "word" || next === "shared" || next === "aligned", next];
    update();
  }

  function save(): void {
    const rows = chosen().map((i) => [compared.word(i), compared.shared[i], compared.aligned ? compared.aligned[i] : "", count(0, i), count(1, i)]);
    offerTable("compared.csv", [["word", "neighbours shared", "aligned cosine", "count", "count, other"], ...rows]);
  }

  function bars(): Node {
    const tally = compared.histogram();
    const highest = Math.max(...tally, 1);
    const bars = tally.map((n, shared) =>
      h("button", {
        type: "button",
        class: "column",
        "aria-pressed": String(bin === shared),
        "aria-label": `${whole(n)} words keep ${shared} of ${compared.k} neighbours`,
        title: `${whole(n)} words`,
        onclick: () => {
          bin = bin === shared ? null : shared;
          most = STEP;
          app.picked = bin === null ? null : new Set(chosenWords());
          app.set({ tab: "compare" });
        },
      }, column(n / highest), h("small", {}, String(shared))),
    );
    const mean = tally.reduce((sum, n, shared) => sum + n * shared, 0) / (compared.n * compared.k || 1);
    return h("figure", {},
      h("figcaption", {}, `Of ${compared.k} neighbours, how many are the same in both: on the mean ${fixed(100 * mean, 0)} %, of ${whole(compared.n)} words`),
      h("div", { class: "columns" }, ...bars));
  }

  function chosenWords(): string[] {
    const out: string[] = [];
    for (let i = 0; i < compared.n; i++) if (compared.shared[i] === bin) out.push(compared.word(i));
    return out;
  }

  function column(part: number): SVGElement {
    const height = part && Math.max(1, 70 * part);
    return svg("svg", { width: 24, height: 72, viewBox: "0 0 24 72", "aria-hidden": "true" }, svg("rect", { x: 1, width: 22, y: 72 - height, height, rx: 2 }));
  }

  function update(): void {
    put(histogram, bars());
    const rows = chosen();
    const heads: Column[] = columns().map(([id, title]) => ({ title, number: id !== "word", sort: () => sort(id), sorted: id === key ? (up ? "ascending" : "descending") : undefined }));
    const cells = rows.slice(0, most).map((i) =>
      columns().map(([id]) => {
        if (id === "word") return wordButton(compared.word(i), (word) => app.choose(word), app.state.word === compared.word(i) ? "both" : "");
        return id === "aligned" ? fixed(compared.aligned![i], 2) : whole(VALUES[id](i));
      }),
    );
    put(
      body,
      app.state.word && h("div", { class: "two" }, near(0), near(1)),
      table(`${whole(rows.length)} words${bin === null ? "" : ` that keep ${bin}`}: neighbours shared${compared.aligned ? ", cosine of both vectors once turned onto each other" : ""}`, heads, cells),
      rows.length > most && h("p", { class: "tools" }, h("button", { type: "button", onclick: () => ((most += STEP), update()) }, `${whole(rows.length - most)} more`)),
    );
  }

  function near(model: 0 | 1): Node {
    const { words, facts } = app.tables[model];
    const other = new Set(app.neighbours(1 - model, app.state.word).map(({ row }) => app.tables[1 - model].words[row]));
    const rows = app.neighbours(model, app.state.word).map(({ row, value }) => [wordButton(words[row], (word) => app.choose(word), other.has(words[row]) ? "both" : ""), fixed(value, 2)]);
    return table(`${shown(app.state.word, 20)} in ${shown(facts.name, 30)}`, [{ title: "word" }, { title: "cosine", number: true }], rows);
  }
  return { id: "compare", title: "Compare", element, update };
}
