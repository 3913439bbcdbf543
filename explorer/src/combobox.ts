/** A field for a word, with completion: WAI-ARIA's combobox with a list. */

import { bdi, h, replace, whole } from "./dom";
import type { Table } from "./vectors";

const MOST = 8;
let made = 0;

export interface Field {
  element: HTMLElement;
  input: HTMLInputElement;
}

export function wordField(
  table: Table,
  label: string,
  take: (word: string) => void,
  options: { placeholder?: string; clear?: boolean; hidden?: boolean } = {},
): Field {
  const id = `list${made++}`;
  let rows: number[] = [];
  let at = -1;
  const list = h("ul", { id, role: "listbox", "aria-label": `${label}: words`, hidden: true });
  const input = h("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    dir: "auto",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-autocomplete": "list",
    "aria-label": label,
    placeholder: options.placeholder ?? label,
    maxlength: 20_000,
  });
  const close = () => {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (word: string) => {
    input.value = options.clear ? "" : word;
    close();
    take(word);
  };
  const show = () => {
    rows = table.complete(input.value.trim(), MOST);
    at = -1;
    replace(
      list,
      ...rows.map((row, i) =>
        h(
          "li",
          {
            id: `${id}-${i}`,
            role: "option",
            "aria-selected": "false",
            onpointerdown: (event: Event) => {
              event.preventDefault();
              choose(table.words[row]);
            },
          },
          bdi(table.words[row]),
          table.counts && h("small", {}, whole(table.counts[row])),
        ),
      ),
    );
    list.hidden = !rows.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  };
  const point = (next: number) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = (next + rows.length) % rows.length;
    list.children[at].setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", `${id}-${at}`);
  };
  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) show();
      if (rows.length) point(at < 0 && event.key === "ArrowUp" ? -1 : at + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === "Escape") close();
    else if (event.key === "Enter") {
      event.preventDefault();
      const text = input.value.trim();
      if (at >= 0) choose(table.words[rows[at]]);
      else if (text) choose(table.row(text) < 0 && rows.length && !list.hidden ? table.words[rows[0]] : text);
    }
  });
  return { element: h("div", { class: "field" }, input, list), input };
}
