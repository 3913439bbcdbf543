/** Elements made of values: text becomes text nodes, never HTML. */

type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, string | number | boolean | ((event: any) => void) | undefined>;

const SVG = "http://www.w3.org/2000/svg";

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function replace(element: Element, ...children: Child[]): void {
  element.textContent = "";
  append(element, children);
}

/** Characters that people of a page never see, or that turn the text around them. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
const LONGEST = 40;

/** A word as it is shown: what is unseen is spelt out, what is endless is cut. */
export function shown(word: string, longest: number = LONGEST): string {
  let cut = word;
  if (word.length > longest) {
    const head = Array.from(word.slice(0, longest * 2));
    if (head.length > longest || word.length > longest * 2) {
      cut = `${head.slice(0, longest).join("")}…`;
    }
  }
  return cut.replace(UNSEEN, (c) => `‹${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}›`) || "‹›";
}

/** A word within a sentence of the page, isolated so that its direction stays its own. */
export function bdi(word: string): HTMLElement {
  const whole = shown(word, 300);
  const short = shown(word);
  return h("bdi", { title: whole === short ? undefined : whole }, short);
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en");
export const fixed = (value: number, digits = 3): string =>
  (Object.is(value, -0) ? 0 : value).toFixed(digits).replace("-", "−");
