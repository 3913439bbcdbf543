/** A word: its neighbours in the space of all dimensions, its sentences, the way that led here. */

import type { App, Panel } from "../app";
import { amongChoice } from "../among";
import { bdi, fixed, h, shown, whole } from "../dom";
import { offerTable } from "../save";
import { put, table, wordButton, type Column } from "../table";

export function wordPanel(app: App): Panel {
  const element = h("div", {});
  const columns: Column[] = [{ title: "#" }, { title: "word" }, { title: "cosine", number: true }];
  if (app.table.counts) columns.push({ title: "count", number: true });
  const sentences = h("div", { class: "sentences" });
  let told = "";

  function near(model: number): Node {
    const { words, counts } = app.tables[model];
    const found = app.neighbours(model, app.state.word);
    const other = app.tables.length > 1 ? new Set(app.neighbours(1 - model, app.state.word).map(({ row }) => app.tables[1 - model].words[row])) : null;
    const rows = found.map(({ row, value }, i) => {
      const mark = other?.has(words[row]) ? "both" : "";
      const cells = [String(i + 1), wordButton(words[row], (word) => app.choose(word), mark), fixed(value)];
      return counts ? [...cells, whole(counts[row])] : cells;
    });
    const name = app.tables.length > 1 ? `Neighbours in ${shown(app.tables[model].facts.name)}` : "Nearest words, by all dimensions";
    const made = table(name, app.tables[model].counts ? columns : columns.slice(0, 3), rows);
    found.forEach(({ row }, i) => {
      const line = made.tBodies[0].rows[i];
      line.addEventListener("pointerenter", () => app.hover(words[row]));
      line.addEventListener("pointerleave", () => app.hover(null));
    });
    return made;
  }

  function head(): Node {
    const { word, pins } = app.state;
    const facts = app.tables.map((each) => {
      const row = each.row(word);
      const name = app.tables.length > 1 ? `${shown(each.facts.name)}: ` : "";
      if (row < 0) return `${name}not among its ${whole(each.n)} words`;
      const seen = each.counts ? `${whole(each.counts[row])} times, ` : "";
      const group = each.clusters && each.facts.clusters[each.clusters[row]];
      return `${name}${seen}word ${whole(row + 1)} of ${whole(each.n)}${group ? `; among “${shown(group, 50)}”` : ""}`;
    });
    return h(
      "header",
      { class: "about-word" },
      h("h2", {}, bdi(word)),
      ...facts.map((fact) => h("p", { class: "facts" }, fact)),
      h(
        "p",
        { class: "tools" },
        h("button", { type: "button", "aria-pressed": String(pins.includes(word)), onclick: () => app.pin(word) }, pins.includes(word) ? "Unpin" : "Pin"),
        h("button", { type: "button", onclick: zoom }, "Zoom to"),
        h("button", { type: "button", onclick: () => analogy(word) }, "Ask an analogy"),
        h("button", { type: "button", onclick: save }, "CSV"),
      ),
    );
  }

  function zoom(): void {
    app.panes.forEach((pane, i) => {
      const here = app.tables[i].row(app.state.word);
      if (here >= 0) pane.show([here, ...app.neighbours(i, app.state.word).map(({ row }) => row)], true);
    });
  }

  /** A word of each group: frequent, but none of those that stand everywhere. */
  function examples(): string[] {
    const { words, clusters, facts } = app.table;
    const first = Math.min(200, words.length >> 3);
    const found = new Map<number, string>();
    for (let row = first; row < words.length && found.size < Math.min(18, facts.clusters.length); row++) {
      const group = clusters ? clusters[row] : row;
      if (!found.has(group) && words[row].length > 2) found.set(group, words[row]);
    }
    return [...found.values()];
  }

  function analogy(word: string): void {
    app.set({ tab: "analogy", analogy: [word, "", "", ""] });
  }

  function save(): void {
    const rows = app.tables.flatMap(({ words, counts, facts }, model) =>
      app.neighbours(model, app.state.word).map(({ row, value }) => [facts.name, app.state.word, words[row], value, counts ? counts[row] : ""]),
    );
    offerTable("neighbours.csv", [["model", "word", "neighbour", "cosine", "count"], ...rows]);
  }

  async function tell(word: string): Promise<void> {
    if (told === word) return;
    told = word;
    put(sentences);
    const answer = await fetch(`sentences?word=${encodeURIComponent(word)}`).catch(() => null);
    const found: { before: string; word: string; after: string }[] = answer?.ok ? await answer.json() : [];
    if (told !== word) return;
    if (!found.length) return put(sentences, h("p", { class: "facts" }, "No sentence found in the text that was given."));
    put(
      sentences,
      h("h3", {}, "Sentences"),
      h("ul", {}, ...found.map((each) => h("li", { dir: "auto" }, shown(each.before, 400), h("mark", {}, shown(each.word)), shown(each.after, 400)))),
    );
  }

  function update(): void {
    const { word } = app.state;
    if (!word) {
      put(
        element,
        h("p", { class: "hint" }, "Search a word, or click a point. Its nearest words appear here: nearest by all ", String(app.table.dim), " dimensions, whatever the map shows."),
        h("p", { class: "hint" }, "Words of different kinds to begin with:"),
        h("p", { class: "chips" }, ...examples().map((each) => wordButton(each, (w) => app.choose(w), "chip"))),
      );
      return;
    }
    const known = app.tables.some((each) => each.row(word) >= 0);
    const near_ = app.table.complete(word.slice(0, Math.max(1, word.length - 1)), 8);
    put(
      element,
      trail(),
      head(),
      known
        ? h("div", { class: app.tables.length > 1 ? "two" : "one-table" }, ...app.tables.map((_, i) => near(i)))
        : h("p", { class: "hint" }, "This word is not on the page. ", near_.length > 0 && "Spelt nearly so: ", ...near_.map((row) => wordButton(app.table.words[row], (w) => app.choose(w), "chip"))),
      known && more(),
      pinned(),
      app.sentences && known && sentences,
    );
    if (app.sentences && known) void tell(word);
  }

  function more(): Node {
    const { k } = app.state;
    const button = (n: number) => h("button", { type: "button", "aria-pressed": String(n === k), onclick: () => app.set({ k: n }) }, String(n));
    return h("p", { class: "tools", role: "group", "aria-label": "How many neighbours" }, "show ", button(10), button(25), button(50), amongChoice(app));
  }

  function trail(): Node {
    const step = (by: number, name: string, sign: string) =>
      h("button", { type: "button", "aria-label": name, title: name, disabled: !app.trail[app.place + by], onclick: () => app.step(by) }, sign);
    const last = app.trail.slice(Math.max(0, app.place - 4), app.place);
    return h(
      "nav",
      { class: "trail", "aria-label": "Words seen before" },
      step(-1, "Back to the word before", "←"),
      step(1, "Forward", "→"),
      ...last.map((word) => wordButton(word, (w) => app.choose(w), "chip")),
    );
  }

  function pinned(): Node | null {
    const { pins } = app.state;
    if (!pins.length) return null;
    const [main] = app.tables;
    const here = main.row(app.state.word);
    const rows = pins.map((word) => {
      const row = main.row(word);
      const cosine = row < 0 || here < 0 ? "–" : fixed(main.cosine(here, row));
      const off = h("button", { type: "button", "aria-label": `Unpin ${shown(word)}`, onclick: () => app.pin(word) }, "×");
      return [wordButton(word, (w) => app.choose(w)), cosine, off];
    });
    return table("Pinned words", [{ title: "word" }, { title: "cosine", number: true }, { title: "remove" }], rows);
  }

  return { id: "word", title: "Word", element, update };
}
