/** The page: what is shown, and how one part tells the others. */

import { byCluster, byFrequency, paint, THEMES, type Legend, type Shades, type Theme } from "./colours";
import { Compared } from "./compared";
import type { Pack } from "./data";
import { fixed, h, shown, whole } from "./dom";
import { shadesOf, type Extra } from "./legend";
import { decode, encode, start, thinned, type Axis, type State } from "./state";
import type { Frame, Line, Marked } from "./overlay";
import { Pane } from "./pane";
import { Table, type Found } from "./vectors";

export interface Panel {
  id: string;
  title: string;
  element: HTMLElement;
  update(): void;
}

const MOST_TRAIL = 200;

export class App {
  readonly tables: Table[];
  readonly compared: Compared | null;
  readonly sentences: boolean;
  readonly panes: Pane[];
  state: State = start();
  theme: Theme = THEMES.light;
  legend: Legend = { items: [], scale: null };
  extras: Extra[] = [];
  trail: string[] = [];
  place = -1;
  panels: Panel[] = [];
  /** Words that a bar of the histogram stands for. */
  picked: Set<string> | null = null;
  private readonly said: HTMLElement;
  private readonly listeners: (() => void)[] = [];
  private axes: (Float32Array | null)[][] = [];
  private addressed = 0;
  private near: { key: string; found: Found[] }[] = [];

  constructor(pack: Pack) {
    const { head } = pack;
    this.tables = head.models.map((facts, i) => new Table(pack, facts, i));
    this.compared = head.compared && new Compared(pack, head.compared, this.tables);
    this.sentences = head.sentences;
    this.said = h("div", { class: "hidden", role: "status", "aria-live": "polite" });
    document.body.append(this.said);
    this.panes = this.tables.map(
      (table) =>
        new Pane(
          table,
          this.theme,
          {
            pick: (row) => this.choose(table.words[row]),
            hover: (row) => this.hover(row < 0 ? null : table.words[row]),
            region: (outline) => this.set({ outline: thinned(outline), tab: "region" }),
            moved: () => this.address(),
          },
          `Map of ${whole(table.n)} words of ${shown(table.facts.name)}`,
        ),
    );
  }

  get table(): Table {
    return this.tables[0];
  }

  say(text: string): void {
    this.said.textContent = text;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Change what is shown; all follows. */
  set(change: Partial<State>): void {
    const before = this.state;
    this.state = { ...before, ...change };
    if (change.axes) this.axes = [];
    if (this.state.chart && !this.values(0, 0)) this.state.chart = false;
    const moved = this.state.chart !== before.chart || (this.state.chart && change.axes);
    if (moved) this.lay();
    if (moved || change.colour || change.axes) this.repaint();
    this.follow();
  }

  private follow(): void {
    this.mark();
    for (const panel of this.panels) if (panel.id === this.state.tab) panel.update();
    for (const listener of this.listeners) listener();
    this.address();
  }

  /** Show a word: its neighbours, and where it lies. */
  choose(word: string): void {
    if (this.tables.every((table) => table.row(word) < 0)) {
      this.say(`${shown(word)} is not among the words of this page`);
      this.set({ word, tab: "word" });
      return;
    }
    const next = this.trail[this.place] !== word;
    if (next) {
      this.write("replaceState");
      this.trail = [...this.trail.slice(0, this.place + 1), word].slice(-MOST_TRAIL);
      this.place = this.trail.length - 1;
    }
    const tab = ["word", "compare", "axes"].includes(this.state.tab) ? this.state.tab : "word";
    this.set({ word, tab: tab === "axes" && !this.state.chart ? "word" : tab });
    this.panes.forEach((pane, i) => {
      const row = this.tables[i].row(word);
      if (row >= 0) pane.show([row]);
    });
    if (next) this.write("pushState");
    const first = this.neighbours(0, word).slice(0, 3);
    this.say(`${shown(word)}: nearest are ${first.map(({ row }) => shown(this.table.words[row])).join(", ")}`);
  }

  /** Go back or forth among the words that were chosen. */
  step(by: number): void {
    const next = this.place + by;
    if (next < 0 || next >= this.trail.length) return;
    this.place = next;
    const word = this.trail[next];
    this.set({ word, tab: "word" });
    this.panes.forEach((pane, i) => {
      const row = this.tables[i].row(word);
      if (row >= 0) pane.show([row]);
    });
    this.say(shown(word));
  }

  pin(word: string): void {
    const { pins } = this.state;
    this.set({ pins: pins.includes(word) ? pins.filter((each) => each !== word) : [...pins, word] });
  }

  neighbours(model: number, word: string): Found[] {
    const { k, among } = this.state;
    const kept = this.near[model];
    const key = `${k} ${among} ${word}`;
    if (kept && kept.key === key) return kept.found;
    const row = this.tables[model].row(word);
    const found = row < 0 ? [] : this.tables[model].neighbours(row, k, among);
    this.near[model] = { key, found };
    return found;
  }

  hover(word: string | null): void {
    this.panes.forEach((pane, i) => {
      const table = this.tables[i];
      const row = word === null ? -1 : table.row(word);
      if (row < 0) return pane.point(-1, "");
      const about = [shown(table.words[row])];
      if (table.counts) about.push(whole(table.counts[row]));
      if (i === 0 && this.state.chart) {
        about.push(...[0, 1].map((axis) => this.values(0, axis)).filter(Boolean).map((values) => fixed(values![row], 2)));
      }
      pane.point(row, about.join(" · "));
    });
  }

  /** Where all words of a model lie on an axis; null if it has no words. */
  values(model: number, axis: number): Float32Array | null {
    const kept = (this.axes[model] ??= []);
    if (kept[axis] === undefined) {
      const table = this.tables[model];
      const rows = (words: string[]) => words.map((word) => table.row(word)).filter((row) => row >= 0);
      const { low, high } = this.state.axes[axis];
      kept[axis] = table.axis(rows(low), rows(high));
    }
    return kept[axis];
  }

  private lay(): void {
    this.panes.forEach((pane, i) => {
      if (!this.state.chart) return pane.place(this.tables[i].points, null);
      const table = this.tables[i];
      const across = this.values(i, 0);
      if (!across) return pane.place(table.points, null);
      const up = this.values(i, 1);
      const points = new Float32Array(2 * table.n);
      const most = Math.log((table.counts?.[0] ?? table.n) + 1);
      for (let row = 0; row < table.n; row++) {
        points[2 * row] = across[row];
        const size = Math.log((table.counts?.[row] ?? table.n - row) + 1);
        points[2 * row + 1] = up ? up[row] : (0.6 * size) / most;
      }
      pane.place(points, frameOf(this.state.axes, up !== null));
    });
  }

  /** What the words are coloured by. */
  shades(model: number): Shades {
    const table = this.tables[model];
    const { colour } = this.state;
    if (colour === "frequency") return byFrequency(table);
    const axis = ["axis 1", "axis 2"].indexOf(colour);
    const along = axis >= 0 && this.values(model, axis);
    if (along) {
      const { left, right } = polesOf(this.state.axes[axis]);
      return { kind: "numbers", values: along, low: left, high: right, two: true };
    }
    if (colour === "overlap" && this.compared) return this.compared.shades(model);
    const extra = this.extras.find((each) => each.name === colour);
    return extra ? shadesOf(extra, table) : byCluster(table);
  }

  repaint(): void {
    this.panes.forEach((pane, i) => {
      const { colours, legend } = paint(this.shades(i), this.tables[i].n, this.theme);
      if (i === 0) this.legend = legend;
      pane.paint(colours, this.theme);
    });
  }

  dress(dark: boolean): void {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    this.theme = THEMES[dark ? "dark" : "light"];
    this.repaint();
    for (const listener of this.listeners) listener();
  }

  /** Tell the maps which words are meant now. */
  mark(): void {
    this.panes.forEach((pane, i) => {
      const table = this.tables[i];
      const { marked, lines, only } = this.meant(i);
      const known = marked
        .map(({ word, kind }) => ({ row: table.row(word), kind }))
        .filter(({ row }) => row >= 0);
      const once = known.filter(({ row }, at) => known.findIndex((each) => each.row === row) === at);
      const rows = lines
        .map(({ from, to, ...look }) => ({ ...look, from: table.row(from), to: table.row(to) }))
        .filter(({ from, to }) => from >= 0 && to >= 0);
      pane.surround(i === 0 ? this.state.outline : null);
      pane.mark(once, rows, only && new Set([...only].map((word) => table.row(word)).filter((row) => row >= 0)));
    });
  }

  /** The words of a region, by row of the first model. */
  region(): number[] {
    return this.state.outline ? this.panes[0].within(this.state.outline) : [];
  }

  /** The analogy that is asked, if all its words are known here. */
  asked(model: number): { rows: number[]; found: Found[]; rank: number; expected: number } | null {
    const table = this.tables[model];
    const [a, b, c, d] = this.state.analogy.map((word) => (word ? table.row(word) : -1));
    if (a < 0 || b < 0 || c < 0) return null;
    return { rows: [a, b, c], expected: d, ...table.analogy(a, b, c, this.state.k, this.state.among, d) };
  }

  private meant(model: number): { marked: Meant[]; lines: Link[]; only: Iterable<string> | null } {
    const { state } = this;
    const table = this.tables[model];
    const pinned: Meant[] = state.pins.map((word) => ({ word, kind: "pinned" }));
    if (state.tab === "analogy") {
      const asked = this.asked(model);
      if (asked) return this.arrows(table, asked);
    }
    if (state.tab === "region" && state.outline) {
      return { marked: pinned, lines: [], only: this.region().map((row) => this.table.words[row]) };
    }
    const picked = state.tab === "compare" ? this.picked : null;
    if (!state.word || table.row(state.word) < 0) return { marked: pinned, lines: [], only: picked };
    const near = this.neighbours(model, state.word).map(({ row }) => table.words[row]);
    return {
      marked: [{ word: state.word, kind: "chosen" }, ...pinned, ...near.map((word): Meant => ({ word, kind: "near" }))],
      lines: near.map((to) => ({ from: state.word, to, arrow: false, colour: "accent", dashed: false })),
      // Where colours tell of each word, none is made faint.
      only: state.chart || state.colour === "overlap" ? picked : [state.word, ...near, ...state.pins, ...(picked ?? [])],
    };
  }

  private arrows(table: Table, asked: { rows: number[]; found: Found[]; expected: number }) {
    const [a, b, c] = asked.rows.map((row) => table.words[row]);
    const answer = asked.found[0] && table.words[asked.found[0].row];
    const wanted = asked.expected >= 0 ? table.words[asked.expected] : null;
    const marked: Meant[] = [
      ...(answer ? [{ word: answer, kind: "chosen" as const }] : []),
      ...(wanted && wanted !== answer ? [{ word: wanted, kind: "pinned" as const }] : []),
      ...[a, b, c].map((word): Meant => ({ word, kind: "asked" })),
    ];
    const lines: Link[] = [{ from: a, to: b, arrow: true, colour: "second", dashed: false }];
    if (answer) lines.push({ from: c, to: answer, arrow: true, colour: "accent", dashed: false });
    if (wanted && wanted !== answer) lines.push({ from: c, to: wanted, arrow: true, colour: "ink", dashed: true });
    return { marked, lines, only: marked.map(({ word }) => word) };
  }

  /** Keep the address as a link to what is seen; at most a few times a second. */
  private address(): void {
    clearTimeout(this.addressed);
    this.addressed = window.setTimeout(() => this.write("replaceState"), 250);
  }

  /** Write the address of what is seen, in place of the last one or as a step for the browser's Back. */
  private write(how: "replaceState" | "pushState"): void {
    clearTimeout(this.addressed);
    try {
      history[how](null, "", `#${this.link()}`);
    } catch {
      // A frame without an address of its own: a notebook.
    }
  }

  link(): string {
    return encode({ ...this.state, cameras: this.panes.map((pane) => pane.camera) });
  }

  /** Show what an address says. */
  restore(text: string): void {
    const state = decode(text);
    this.axes = [];
    this.state = state;
    const before = this.trail.lastIndexOf(state.word);
    if (before >= 0) this.place = before;
    else if (state.word) [this.trail, this.place] = [[state.word], 0];
    if (state.chart && !this.values(0, 0)) state.chart = false;
    this.lay();
    this.repaint();
    state.cameras.forEach((camera, i) => camera && this.panes[i]?.look(camera));
    this.follow();
  }
}

type Meant = { word: string; kind: Marked["kind"] };
type Link = Omit<Line, "from" | "to"> & { from: string; to: string };

function frameOf(axes: [Axis, Axis], both: boolean): Frame {
  const across = polesOf(axes[0]);
  const up = both ? polesOf(axes[1]) : { left: "rare", right: "frequent" };
  return { ...across, bottom: up.left, top: up.right };
}

/** What the two ends of an axis are called: by their own words. */
export function polesOf({ low, high }: Axis): { left: string; right: string } {
  const name = (words: string[], other: string[]) => {
    if (!words.length) return other.length ? `away from ${shown(other[0], 16)}` : "";
    return words.slice(0, 3).map((word) => shown(word, 16)).join(", ") + (words.length > 3 ? ", …" : "");
  };
  return { left: name(low, high), right: name(high, low) };
}
