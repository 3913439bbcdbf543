/** Which words may be answers: rare words have vectors that are partly chance. */

import type { App } from "./app";
import { h, whole } from "./dom";

export function amongChoice(app: App): HTMLElement {
  const most = Math.max(...app.tables.map((table) => table.n));
  const sizes = [1000, 5000, 20_000, 50_000].filter((n) => n < most);
  const { among } = app.state;
  if (among && !sizes.includes(among)) sizes.push(among);
  const select = h(
    "select",
    { onchange: () => app.set({ among: Number(select.value) }) },
    h("option", { value: 0 }, "all words"),
    ...sizes.map((n) => h("option", { value: n, selected: n === among }, `the first ${whole(n)}`)),
  );
  return h("label", { class: "among" }, "of ", select);
}
