/** Files that the page writes: tables as CSV, pictures as PNG and SVG. */

import { h, svg } from "./dom";
import type { Pane } from "./pane";
import type { Strokes } from "./strokes";
import { css, type Theme } from "./colours";

export function offer(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A table as RFC 4180 has it. */
export function csv(rows: (string | number)[][]): string {
  const cell = (value: string | number) =>
    typeof value === "string" && /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value);
  return rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
}

export function offerTable(name: string, rows: (string | number)[][]): void {
  offer(name, new Blob(["\ufeff", csv(rows)], { type: "text/csv;charset=utf-8" }));
}

export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const separator = /\t/.test(text.slice(0, text.search(/[\r\n]|$/))) ? "\t" : ",";
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/^\ufeff/, "");
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (quoted) {
      if (c === '"' && source[i + 1] === '"') cell += source[++i];
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"' && !cell) quoted = true;
    else if (c === separator) [row, cell] = [[...row, cell], ""];
    else if (c === "\n" || c === "\r") {
      if (c === "\r" && source[i + 1] === "\n") i++;
      rows.push([...row, cell]);
      [row, cell] = [[], ""];
    } else cell += c;
  }
  if (cell || row.length) rows.push([...row, cell]);
  return rows.filter((each) => each.length > 1 || each[0]);
}

const GAP = 8;

export function png(panes: Pane[], theme: Theme): Promise<Blob> {
  const parts = panes.map((pane) => pane.picture());
  const width = parts.reduce((sum, part) => sum + part.width + GAP, -GAP);
  const out = h("canvas", { width, height: Math.max(...parts.map((part) => part.height)) });
  const context = out.getContext("2d")!;
  context.fillStyle = css(theme.paper);
  context.fillRect(0, 0, out.width, out.height);
  let x = 0;
  for (const part of parts) {
    context.drawImage(part, x, 0);
    x += part.width + GAP;
  }
  return new Promise((done, failed) =>
    out.toBlob((blob) => (blob ? done(blob) : failed(new Error("the browser makes no PNG of this size"))), "image/png"),
  );
}

/** More points than these make files that no program opens with pleasure. */
const MOST_POINTS = 30_000;

export function vector(panes: Pane[], theme: Theme): Blob {
  const width = panes.reduce((sum, pane) => sum + pane.size.width + GAP, -GAP);
  const height = Math.max(...panes.map((pane) => pane.size.height));
  const out = svg("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height });
  out.append(svg("rect", { width, height, fill: css(theme.paper) }));
  let x = 0;
  for (const pane of panes) {
    const clip = svg("svg", { x, width: pane.size.width, height: pane.size.height, overflow: "hidden" });
    const points = [...pane.seen()].slice(-MOST_POINTS);
    for (const { x: cx, y: cy, colour, radius } of points) {
      clip.append(svg("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: radius, fill: colour, "fill-opacity": 0.85 }));
    }
    pane.over.draw(writer(clip));
    out.append(clip);
    x += pane.size.width + GAP;
  }
  return new Blob([new XMLSerializer().serializeToString(out)], { type: "image/svg+xml" });
}

/** A context whose strokes become elements of SVG. */
function writer(into: SVGElement): Strokes {
  let path = "";
  let circle: SVGElement | null = null;
  let dashes: number[] = [];
  const context = {
    strokeStyle: "" as Strokes["strokeStyle"],
    fillStyle: "" as Strokes["fillStyle"],
    lineWidth: 1,
    lineJoin: "round" as CanvasLineJoin,
    font: "",
    textAlign: "center" as CanvasTextAlign,
    textBaseline: "middle" as CanvasTextBaseline,
    beginPath: () => void ([path, circle] = ["", null]),
    moveTo: (x: number, y: number) => void (path += `M${x.toFixed(1)} ${y.toFixed(1)}`),
    lineTo: (x: number, y: number) => void (path += `L${x.toFixed(1)} ${y.toFixed(1)}`),
    closePath: () => void (path += "Z"),
    arc: (cx: number, cy: number, r: number) => void (circle = svg("circle", { cx, cy, r })),
    fill: () => draw({ fill: String(context.fillStyle) }),
    stroke: () =>
      draw({
        fill: circle ? undefined : "none",
        stroke: String(context.strokeStyle),
        "stroke-width": context.lineWidth,
        "stroke-dasharray": dashes.length ? dashes.join(" ") : undefined,
      }),
    setLineDash: (given: Iterable<number>) => void (dashes = [...given]),
    strokeText: (text: string, x: number, y: number) =>
      write(text, x, y, { fill: "none", stroke: String(context.strokeStyle), "stroke-width": context.lineWidth, "stroke-linejoin": "round" }),
    fillText: (text: string, x: number, y: number) => write(text, x, y, { fill: String(context.fillStyle) }),
  };
  type Look = Record<string, string | number | undefined>;
  function draw(look: Look): void {
    const shape = circle ?? svg("path", { d: path });
    for (const [name, value] of Object.entries(look)) if (value !== undefined) shape.setAttribute(name, String(value));
    into.append(shape);
  }
  function write(text: string, x: number, y: number, look: Look): void {
    const [, weight, size, family] = /^(\d+) ([\d.]+)px (.*)$/.exec(context.font)!;
    const anchor = { left: "start", right: "end" }[context.textAlign as string] ?? "middle";
    into.append(
      svg("text", { x: x.toFixed(1), y: (y + Number(size) * 0.35).toFixed(1), "text-anchor": anchor, "font-weight": weight, "font-size": size, "font-family": family, ...look }, text),
    );
  }
  return context;
}
