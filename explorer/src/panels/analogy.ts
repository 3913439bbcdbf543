/** Analogies: a is to b as c is to ? */

import type { App, Panel } from "../app";
import { wordField } from "../combobox";
import { fixed, h, shown, whole } from "../dom";
import { amongChoice } from "../among";
import { put, table, wordButton, type Column } from "../table";
import type { State } from "../state";

const NAMES = ["First word", "is to", "as", "Expected answer, if any"];
const EXAMPLES: State["analogy"][] = [
  ["man", "woman", "king", "queen"],
  ["france", "paris", "italy", "rome"],
  ["big", "bigger", "small", "smaller"],
  ["see", "saw", "come", "came"],
  ["brother", "sister", "uncle", "aunt"],
];

export function analogyPanel(app: App): Panel {
  const fields = NAMES.map((name, i) =>
    wordField(app.table, name, (word) => {
      const analogy: State["analogy"] = [...app.state.analogy];
      analogy[i] = word;
      app.set({ analogy });
      if (word && i < 3) fields[i + 1].input.focus();
    }, { placeholder: ["man", "woman", "king", "queen"][i] }),
  );
  fields.forEach((field, i) =>
    field.input.addEventListener("change", () => {
      if (field.input.value.trim() === "" && app.state.analogy[i]) {
        const analogy: State["analogy"] = [...app.state.analogy];
        analogy[i] = "";
        app.set({ analogy });
      }
    }),
  );
  const answers = h("div", {});
  const known = EXAMPLES.filter((words) => words.every((word) => app.table.row(word) >= 0));
  const element = h(
    "div",
    {},
    h(
      "div",
      { class: "analogy" },
      fields[0].element, h("span", {}, "is to"), fields[1].element,
      h("span", {}, "as"), fields[2].element, h("span", {}, "is to"), fields[3].element,
    ),
    known.length > 0 &&
      h("p", { class: "chips" }, "Try: ", ...known.map((words) =>
        h("button", { type: "button", class: "word chip", onclick: () => app.set({ analogy: [...words] }) }, `${words[0]} : ${words[1]} = ${words[2]} : ?`))),
    answers,
  );

  function result(model: number): (Node | null)[] {
    const { words, counts, facts } = app.tables[model];
    const asked = app.asked(model);
    const { analogy } = app.state;
    const missing = analogy.filter((word) => word && app.tables[model].row(word) < 0);
    if (!asked) {
      return [missing.length ? h("p", { class: "hint" }, `Not among the words of ${shown(facts.name)}: ${missing.map((w) => shown(w)).join(", ")}`) : null];
    }
    const [a, b, c] = asked.rows;
    const columns: Column[] = [{ title: "#" }, { title: "answer" }, { title: "cosine", number: true }];
    if (counts) columns.push({ title: "count", number: true });
    const rows = asked.found.map(({ row, value }, i) => {
      const mark = row === asked.expected ? "both" : "";
      const cells = [String(i + 1), wordButton(words[row], (word) => app.choose(word), mark), fixed(value)];
      return counts ? [...cells, whole(counts[row])] : cells;
    });
    const to = asked.expected >= 0 ? asked.expected : asked.found[0]?.row;
    const facts_ = [];
    if (analogy[3]) facts_.push(asked.rank > 0 ? `${shown(analogy[3])} is answer ${whole(asked.rank)} of ${whole((app.state.among || app.tables[model].n) - 3)}.` : `${shown(analogy[3])} is no possible answer here.`);
    if (to !== undefined) {
      facts_.push(`The two steps are parallel by ${fixed(app.tables[model].parallel(a, b, c, to), 2)} (1: the same direction, 0: none in common) in ${app.tables[model].dim} dimensions. On the map they need not look so.`);
    }
    return [
      model === 0 ? amongChoice(app) : null,
      table(app.tables.length > 1 ? `Answers of ${shown(facts.name)}` : "Answers", columns, rows),
      h("p", { class: "facts" }, facts_.join(" ")),
    ];
  }

  function update(): void {
    fields.forEach(({ input }, i) => {
      if (document.activeElement !== input || app.state.analogy[i]) input.value = app.state.analogy[i];
    });
    const ready = app.state.analogy.slice(0, 3).every(Boolean);
    put(
      answers,
      ...(ready ? app.tables.flatMap((_, i) => result(i)) : [h("p", { class: "hint" }, "Three words give the fourth: the word nearest to second − first + third. With an answer that you expect, its rank is shown.")]),
    );
  }
  app.onChange(() => app.state.tab === "analogy" && zoomTo());
  let seen = "";
  function zoomTo(): void {
    const key = app.state.analogy.join("\n");
    if (key === seen) return;
    seen = key;
    app.panes.forEach((pane, i) => {
      const asked = app.asked(i);
      if (asked?.found.length) pane.show([...asked.rows, asked.found[0].row]);
    });
  }
  return { id: "analogy", title: "Analogy", element, update };
}
