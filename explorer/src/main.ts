/** Where the page begins. */

import { App, type Panel } from "./app";
import { wordField } from "./combobox";
import { load } from "./data";
import { drawLegend } from "./legend";
import { h, replace, shown, whole } from "./dom";
import { aboutPanel } from "./panels/about";
import { analogyPanel } from "./panels/analogy";
import { axesPanel } from "./panels/axes";
import { comparePanel } from "./panels/compare";
import { regionPanel } from "./panels/region";
import { wordPanel } from "./panels/word";
import { offer, png, readCsv, vector } from "./save";

const MOST_CSV = 100_000_000;

function tabs(app: App, panels: Panel[]): HTMLElement {
  const list = h("div", { role: "tablist", class: "tabs", "aria-label": "What to do" });
  const buttons = panels.map((panel, i) => {
    panel.element.id = `panel-${panel.id}`;
    panel.element.setAttribute("role", "tabpanel");
    panel.element.setAttribute("aria-labelledby", `tab-${panel.id}`);
    panel.element.setAttribute("tabindex", "0");
    return h("button", {
      type: "button", role: "tab", id: `tab-${panel.id}`, "aria-controls": panel.element.id,
      onclick: () => app.set({ tab: panel.id }),
      onkeydown: (event: KeyboardEvent) => {
        const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!by) return;
        const next = (i + by + panels.length) % panels.length;
        app.set({ tab: panels[next].id });
        buttons[next].focus();
      },
    }, panel.title);
  });
  list.append(...buttons);
  const show = () => {
    if (!panels.some((panel) => panel.id === app.state.tab)) app.state.tab = "word";
    panels.forEach((panel, i) => {
      const on = panel.id === app.state.tab;
      panel.element.hidden = !on;
      buttons[i].setAttribute("aria-selected", String(on));
      buttons[i].tabIndex = on ? 0 : -1;
    });
  };
  app.onChange(show);
  show();
  return list;
}

function colours(app: App): HTMLElement {
  const file = h("input", { type: "file", accept: ".csv,.tsv,text/csv", class: "hidden", tabindex: -1, "aria-label": "A CSV file of words", onchange: () => void read() });
  const select = h("select", { "aria-label": "Colour by", onchange: () => (select.value === "file" ? ask() : app.set({ colour: select.value })) });
  const ask = () => {
    select.value = app.state.colour;
    file.click();
  };
  async function read(): Promise<void> {
    const given = file.files?.[0];
    if (!given) return;
    if (given.size > MOST_CSV) return app.say("The file is too large");
    const [head, ...rows] = readCsv(await given.text());
    file.value = "";
    const at = Math.max(0, head?.findIndex((name) => name.toLowerCase() === "word") ?? 0);
    const found = (head ?? []).map((name, i) => ({ name, values: new Map(rows.map((row) => [row[at], row[i] ?? ""])) })).filter((_, i) => i !== at);
    const known = rows.filter((row) => app.table.row(row[at]) >= 0).length;
    app.say(found.length ? `${whole(known)} of ${whole(rows.length)} words are on the map` : "The file needs a column of words and another one");
    if (!found.length) return;
    const others = app.extras.filter((extra) => !found.some(({ name }) => name === extra.name));
    app.extras = [...others, ...found];
    app.set({ colour: found[0].name });
  }
  const update = () => {
    const names = ["cluster", "frequency"];
    for (const [i, axis] of app.state.axes.entries()) if (axis.low.length + axis.high.length) names.push(`axis ${i + 1}`);
    if (app.compared) names.push("overlap");
    names.push(...app.extras.map(({ name }) => name));
    const title: Record<string, string> = { cluster: "group", overlap: "neighbours shared" };
    const wanted = [...names, "file"].join("\n");
    if (select.dataset.names !== wanted) {
      select.dataset.names = wanted;
      replace(select, ...names.map((name) => h("option", { value: name }, title[name] ?? shown(name))), h("option", { value: "file" }, "a column of a CSV file …"));
    }
    select.value = app.state.colour;
  };
  app.onChange(update);
  update();
  return h("label", { class: "colour" }, h("span", {}, "Colour"), select, file);
}

function saving(app: App): HTMLElement {
  const picture = async (kind: "png" | "svg") => {
    const blob = kind === "png" ? await png(app.panes, app.theme) : vector(app.panes, app.theme);
    offer(`map.${kind}`, blob);
  };
  const link = async () => {
    const url = `${location.href.split("#")[0]}#${app.link()}`;
    try {
      await navigator.clipboard.writeText(url);
      app.say("The link is in the clipboard");
    } catch {
      window.prompt("A link to this view", url);
    }
  };
  return h("details", { class: "menu" }, h("summary", {}, "Save"), h("div", {},
    h("button", { type: "button", onclick: () => void link(), title: "Copy a link that restores this view" }, "Link to this view"),
    h("button", { type: "button", onclick: () => void picture("png"), title: "Save the picture as PNG" }, "Picture as PNG"),
    h("button", { type: "button", onclick: () => void picture("svg"), title: "Save the picture as SVG" }, "Picture as SVG")));
}

function themes(app: App): HTMLElement {
  const system = matchMedia("(prefers-color-scheme: dark)");
  let dark = system.matches;
  const button = h("button", { type: "button", class: "theme", onclick: () => turn(!dark) });
  const turn = (next: boolean) => {
    dark = next;
    button.textContent = dark ? "☀" : "☾";
    button.setAttribute("aria-label", dark ? "Light colours" : "Dark colours");
    app.dress(dark);
  };
  system.addEventListener("change", (event) => turn(event.matches));
  turn(dark);
  return button;
}

function maps(app: App): HTMLElement {
  const views = app.panes.map((pane, i) => {
    const act = (name: string, sign: string, go: () => void) => h("button", { type: "button", "aria-label": name, title: name, onclick: go }, sign);
    return h("section", { class: "view", "aria-label": shown(app.tables[i].facts.name) },
      app.panes.length > 1 && h("h2", { class: "name" }, shown(app.tables[i].facts.name)),
      pane.element,
      h("div", { class: "zoom" }, act("Zoom in", "+", () => pane.zoomBy(1.5)), act("Zoom out", "−", () => pane.zoomBy(1 / 1.5)), act("Show all", "⤢", () => pane.fit())));
  });
  const colours = h("div", {});
  const legend = h("details", { class: "legend", open: !matchMedia("(max-width: 760px)").matches }, h("summary", {}, "Colours"), colours);
  app.onChange(() => drawLegend(colours, app.legend, app.panes.length > 1 ? 6 : 10));
  return h("main", { class: `maps maps-${views.length}` }, ...views, legend);
}

function build(app: App): void {
  const panels = [wordPanel(app), analogyPanel(app), axesPanel(app), regionPanel(app), aboutPanel(app)];
  if (app.compared) panels.splice(1, 0, comparePanel(app));
  app.panels = panels;
  const search = wordField(app.table, "Search a word", (word) => app.choose(word), { placeholder: "Search a word  ( / )" });
  search.element.classList.add("search");
  const title = app.tables.map(({ facts }) => shown(facts.name)).join(" · ");
  document.title = `${title}: words on a map`;
  const head = h("header", { class: "top" }, h("h1", {}, title), search.element, colours(app), saving(app), themes(app));
  const side = h("aside", { class: "side", "aria-label": "Words" }, tabs(app, panels), ...panels.map(({ element }) => element));
  replace(document.getElementById("page")!, head, maps(app), side);
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test((event.target as Element).tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      search.input.focus();
      search.input.select();
    } else if (event.key === "[") app.step(-1);
    else if (event.key === "]") app.step(1);
  });
  addEventListener("popstate", () => app.restore(location.hash));
  requestAnimationFrame(() => {
    app.restore(location.hash);
    requestAnimationFrame(() => {
      document.documentElement.dataset.ready = String(Math.round(performance.now()));
    });
  });
}

load()
  .then((pack) => {
    const app = new App(pack);
    // For tests, and for who is curious.
    (window as any).firth = app;
    build(app);
  })
  .catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    replace(document.getElementById("page")!, h("p", { class: "failed", role: "alert" }, `The page cannot be shown: ${text}`));
  });
