/** What the picture keeps and what it loses: nothing hidden. */

import type { App, Panel } from "../app";
import type { Facts } from "../data";
import { fixed, h, shown, whole } from "../dom";

const METHODS: Record<string, string> = {
  pca: "the two principal components: the directions in which the words differ most. What lies apart here is apart; what lies together need not be near.",
  tsne: "t-SNE: neighbours stay neighbours where they can. Distances between far groups, and the sizes of groups, mean nothing.",
};

export function aboutPanel(app: App): Panel {
  const percent = (part: number) => `${fixed(100 * part, part < 0.1 ? 1 : 0)} %`;

  function model({ name, words, of, dim, map, rounding }: Facts): Node {
    const facts: [string, string][] = [
      ["Words", words === of ? `all ${whole(words)}` : `the first ${whole(words)} of ${whole(of)}; the others are in no answer here`],
      ["Dimensions", `${dim}; the map shows 2`],
      ["The map", METHODS[map.method] ?? map.method],
      ["Neighbours kept by the map", map.kept === null ? "not measured" : `${percent(map.kept)} of a word's true ${map.k} nearest are among its ${map.k} nearest on the map. The lists show the true ones.`],
      ["Precision", `each number of a vector is a byte, with a scale for each word: of the ${rounding.k} nearest words by the full numbers, ${percent(rounding.recall)} are found (${whole(rounding.words)} words asked, half of them the most frequent), and none of their cosines is wrong by more than ${fixed(rounding.error, 4)}.`],
      ["Cosine", "compares directions; the lengths of vectors are in no list and no map here"],
    ];
    return h("section", {}, h("h3", {}, shown(name)), h("dl", {}, ...facts.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])));
  }

  const keys: [string, string][] = [
    ["/", "search"], ["arrows, + − 0", "move, zoom, show all (on the map)"], ["Enter", "the word in the middle (on the map)"],
    ["[ and ]", "back and forward among words seen"], ["Shift + drag", "outline a region"],
  ];
  const element = h(
    "div",
    { class: "about" },
    h("h2", {}, "What you see, and what you do not"),
    ...app.tables.map(({ facts }) => model(facts)),
    app.compared && h("section", {}, h("h3", {}, "Comparing"), h("p", {}, `Neighbours are compared among the ${whole(app.compared.n)} words that both models have; two runs of the same text also differ, by chance.`)),
    h("section", {}, h("h3", {}, "Keys"), h("dl", { class: "keys" }, ...keys.flatMap(([key, text]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, text)]))),
    h("p", { class: "facts" }, "This page asks no other computer for anything. Made by firth."),
  );
  return { id: "about", title: "About", element, update: () => undefined };
}
