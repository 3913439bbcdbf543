/** Named axes: two lists of words each, and where all other words lie between them. */

import { polesOf, type App, type Panel } from "../app";
import { wordField } from "../combobox";
import { bdi, fixed, h, shown, whole } from "../dom";
import { offerTable } from "../save";
import type { Axis, State } from "../state";
import { put, table, wordButton } from "../table";
import { best } from "../vectors";

type Side = "low" | "high";
type Place = { axis: 0 | 1; side: Side };

const SIDES: { place: Place; title: string }[] = [
  { place: { axis: 0, side: "low" }, title: "Axis 1, left" },
  { place: { axis: 0, side: "high" }, title: "Axis 1, right" },
  { place: { axis: 1, side: "low" }, title: "Axis 2, below" },
  { place: { axis: 1, side: "high" }, title: "Axis 2, above" },
];

const EXAMPLES: [Axis, Axis][] = [
  [
    { low: ["man", "he", "his", "father"], high: ["woman", "she", "her", "mother"] },
    { low: ["bad", "evil", "poor"], high: ["good", "excellent", "rich"] },
  ],
];

export function axesPanel(app: App): Panel {
  let among = 5000;
  const lists = SIDES.map(({ place, title }) => list(place, title));
  const chart = h("button", { type: "button", class: "main", onclick: () => app.set({ chart: !app.state.chart }) });
  const tables = h("div", {});
  const amongs = h(
    "select",
    { "aria-label": "Words in these tables", onchange: () => ((among = Number(amongs.value)), update()) },
    ...[1000, 5000, 20_000, 200_000].map((n) => h("option", { value: n, selected: n === among }, n >= 200_000 ? "all words" : `the ${whole(n)} most frequent`)),
  );
  const examples = EXAMPLES.map((axes) => axes.map(known) as [Axis, Axis]).filter(([first]) => first.low.length && first.high.length);
  const element = h(
    "div",
    {},
    h("div", { class: "lists" }, ...lists.map(({ element }) => element)),
    h("p", { class: "tools" }, chart, h("button", { type: "button", onclick: clear }, "Clear"),
      ...examples.map((axes) => h("button", { type: "button", onclick: () => app.set({ axes, chart: true }) }, "Example"))),
    tables,
  );

  function known(axis: Axis): Axis {
    const some = (words: string[]) => words.filter((word) => app.table.row(word) >= 0);
    return { low: some(axis.low), high: some(axis.high) };
  }

  function clear(): void {
    app.set({ axes: [{ low: [], high: [] }, { low: [], high: [] }], chart: false });
  }

  /** Move a word: from a place, or from nowhere; to a place, or to nowhere. */
  function move(word: string, from: Place | null, to: Place | null): void {
    const axes = app.state.axes.map(({ low, high }) => ({ low: [...low], high: [...high] })) as State["axes"];
    if (from) axes[from.axis][from.side] = axes[from.axis][from.side].filter((each) => each !== word);
    if (to && !axes[to.axis][to.side].includes(word)) axes[to.axis][to.side].push(word);
    app.set({ axes });
  }

  function list(place: Place, title: string): { element: HTMLElement; update: () => void } {
    const chips = h("ul", { class: "poles", "aria-label": title });
    const field = wordField(app.table, `Add to: ${title}`, (word) => {
      if (app.table.row(word) < 0) app.say(`${shown(word)} is not among the words of this page`);
      else move(word, null, place);
    }, { placeholder: "add a word", clear: true });
    const element = h("section", { class: "pole" }, h("h3", {}, title), chips, field.element);
    element.addEventListener("dragover", (event) => {
      event.preventDefault();
      element.classList.add("over");
    });
    element.addEventListener("dragleave", () => element.classList.remove("over"));
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      element.classList.remove("over");
      const given = event.dataTransfer?.getData("text/plain") ?? "";
      const at = Number(event.dataTransfer?.getData("application/x-place") || -1);
      if (app.table.row(given) >= 0) move(given, SIDES[at]?.place ?? null, place);
    });
    const own = SIDES.findIndex((each) => each.place === place);
    const chip = (word: string) => {
      const across = SIDES[own ^ 1].place;
      const line = h(
        "li",
        { draggable: "true" },
        bdi(word),
        h("button", { type: "button", "aria-label": `Move ${shown(word)} to the other side`, title: "to the other side", onclick: () => move(word, place, across) }, "⇄"),
        h("button", { type: "button", "aria-label": `Remove ${shown(word)}`, title: "remove", onclick: () => move(word, place, null) }, "×"),
      );
      line.addEventListener("dragstart", (event) => {
        event.dataTransfer?.setData("text/plain", word);
        event.dataTransfer?.setData("application/x-place", String(own));
      });
      return line;
    };
    return { element, update: () => put(chips, ...app.state.axes[place.axis][place.side].map(chip)) };
  }

  function ends(axis: 0 | 1): Node[] {
    const values = app.values(0, axis);
    if (!values) return [];
    const { words } = app.table;
    const { low, high } = app.state.axes[axis];
    const never = [...low, ...high].map((word) => app.table.row(word));
    const some = values.subarray(0, among);
    const poles = polesOf(app.state.axes[axis]);
    const rows = (found: { row: number; value: number }[], sign: number) =>
      found.map(({ row, value }) => [wordButton(words[row], (word) => app.choose(word)), fixed(sign * value, 2)]);
    const columns = [{ title: "word" }, { title: "cosine", number: true }];
    return [
      h("div", { class: "two" },
        table(`Axis ${axis + 1}: ${poles.left || "left"}`, columns, rows(best(some.map((x) => -x), 12, never), -1)),
        table(`Axis ${axis + 1}: ${poles.right || "right"}`, columns, rows(best(some, 12, never), 1))),
    ];
  }

  function save(): void {
    const [first, second] = [app.values(0, 0), app.values(0, 1)];
    const rows = app.table.words.slice(0, among).map((word, row) => [word, first ? first[row] : "", second ? second[row] : ""]);
    offerTable("axes.csv", [["word", "axis 1", "axis 2"], ...rows]);
  }

  function update(): void {
    for (const each of lists) each.update();
    const ready = app.values(0, 0) !== null;
    chart.disabled = !ready;
    chart.textContent = app.state.chart ? "Back to the map" : "Show as a chart";
    chart.setAttribute("aria-pressed", String(app.state.chart));
    put(
      tables,
      ...(ready
        ? [h("p", { class: "facts" }, "A word's place is the cosine of its vector with the mean direction of one list less that of the other. Ends of the axes, among ", amongs, h("button", { type: "button", onclick: save }, "CSV")), ...ends(0), ...ends(1)]
        : [h("p", { class: "hint" }, "Put words on both sides, such as man … woman: all words are placed between them. Drag words from list to list. A second axis makes a chart of two.")]),
    );
  }
  return { id: "axes", title: "Axes", element, update };
}
