/** A region: the words within an outline drawn on the map. */

import type { App, Panel } from "../app";
import { h, shown, whole } from "../dom";
import { offerTable } from "../save";
import { put, table, wordButton, type Column } from "../table";

const STEP = 200;

export function regionPanel(app: App): Panel {
  let most = STEP;
  let last: unknown = null;
  const draw = h("button", { type: "button", class: "main", "aria-pressed": "false", onclick: () => lasso(!app.panes[0].lasso) }, "Draw an outline");
  const body = h("div", {});
  const element = h("div", {}, h("p", { class: "tools" }, draw), body);

  function lasso(on: boolean): void {
    app.panes[0].lasso = on;
    draw.setAttribute("aria-pressed", String(on));
    app.panes[0].element.classList.toggle("drawing", on);
    if (on) app.say("Draw with the mouse or a finger around the words");
  }

  function save(): void {
    const { words, counts, points, clusters, facts } = app.table;
    const rows = app.region().map((row) => [words[row], counts ? counts[row] : "", clusters ? facts.clusters[clusters[row]] : "", points[2 * row], points[2 * row + 1]]);
    offerTable("region.csv", [["word", "count", "group", "x", "y"], ...rows]);
  }

  function update(): void {
    if (app.state.outline !== last) {
      [last, most] = [app.state.outline, STEP];
      lasso(false);
    }
    if (!app.state.outline) {
      put(body, h("p", { class: "hint" }, "Draw an outline on the map, with this button or with Shift held: the words within are listed here. By keyboard: "),
        h("p", { class: "tools" }, h("button", { type: "button", onclick: sight }, "Take all that is in sight")));
      return;
    }
    const rows = app.region();
    const { words, counts, clusters, facts } = app.table;
    const tally = new Map<number, number>();
    if (clusters) for (const row of rows) tally.set(clusters[row], (tally.get(clusters[row]) ?? 0) + 1);
    const groups = [...tally].sort((a, b) => b[1] - a[1]).slice(0, 4);
    const columns: Column[] = [{ title: "word" }];
    if (counts) columns.push({ title: "count", number: true });
    put(
      body,
      h("p", { class: "tools" },
        h("strong", {}, `${whole(rows.length)} words`),
        h("button", { type: "button", onclick: save, disabled: !rows.length }, "CSV"),
        h("button", { type: "button", onclick: () => app.set({ outline: null }) }, "Clear")),
      groups.length > 0 && h("p", { class: "facts" }, "Mostly of: ", groups.map(([group, n]) => `${shown(facts.clusters[group], 40)} (${whole(n)})`).join("; ")),
      table(`Words within the outline, the most frequent first`, columns, rows.slice(0, most).map((row) => {
        const cell = wordButton(words[row], (word) => app.choose(word));
        return counts ? [cell, whole(counts[row])] : [cell];
      })),
      rows.length > most && h("p", { class: "tools" }, h("button", { type: "button", onclick: () => ((most += STEP), update()) }, `${whole(rows.length - most)} more`)),
    );
  }

  function sight(): void {
    const { camera, size } = app.panes[0];
    const [w, v] = [size.width / 2 / camera.zoom, size.height / 2 / camera.zoom];
    const { x, y } = camera;
    app.set({ outline: [[x - w, y - v], [x + w, y - v], [x + w, y + v], [x - w, y + v]] });
  }
  return { id: "region", title: "Region", element, update };
}
