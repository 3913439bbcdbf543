/** What lies over the points: lines, arrows, labels that neither overlap nor flicker. */

import { css, type Theme } from "./colours";
import { shown } from "./dom";
import { appear } from "./labels";
import { FONT, stroke, widthOf, type Strokes } from "./strokes";
import type { Table } from "./vectors";

export interface Marked {
  row: number;
  kind: "chosen" | "near" | "pinned" | "asked";
}

export interface Line {
  from: number;
  to: number;
  arrow: boolean;
  colour: "accent" | "second" | "ink";
  dashed: boolean;
}

/** What is written along the edges where the picture is a chart. */
export interface Frame {
  left: string;
  right: string;
  bottom: string;
  top: string;
}

/** Which part of which plane is seen, and how large. */
export interface Sight {
  readonly width: number;
  readonly height: number;
  /** The zoom at which all is seen. */
  readonly fitted: number;
  readonly camera: { zoom: number };
  readonly positions: Float32Array;
  /** Where a word is, or a place of the plane, in pixels of the page. */
  at(row: number): [number, number];
  pixel(x: number, y: number): [number, number];
}

/** How far in one can zoom, from where all is seen. */
export const CLOSEST = 4000;
const MOST_LABELS = 60_000;

/** The middle of a box, its width and its height. */
type Box = [number, number, number, number];

interface Label {
  text: string;
  width: number;
  size: number;
}

export class Overlay {
  marked: Marked[] = [];
  lines: Line[] = [];
  /** The words that are meant; the others are faint. */
  only: Set<number> | null = null;
  frame: Frame | null = null;
  outline: [number, number][] | null = null;
  /** An outline while it is drawn, in pixels. */
  drawn: [number, number][] | null = null;
  private labels: (Label | undefined)[] = [];
  private from: Float32Array = new Float32Array(0);
  private markedFrom: Float32Array = new Float32Array(0);

  constructor(private readonly table: Table, private readonly sight: Sight, public theme: Theme) {}

  /** The words lie elsewhere now: labels are placed anew when they are drawn. */
  forget(): void {
    this.from = new Float32Array(0);
  }

  /** Lines, labels and marks, onto any context of pixels of the page. */
  draw(context: Strokes): void {
    if (this.outline) this.ring(context, this.outline.map(([x, y]) => this.sight.pixel(x, y)), true);
    if (this.drawn) this.ring(context, this.drawn, false);
    for (const line of this.lines) this.line(context, line);
    this.names(context, this.frame ? this.edges(context) : []);
  }

  /** The axes of a chart and what their ends are called; which boxes that takes. */
  private edges(context: Strokes): Box[] {
    const { theme } = this;
    const { width, height } = this.sight;
    const frame = this.frame!;
    const [x0, y0] = this.sight.pixel(0, 0);
    context.strokeStyle = css(theme.ink, 0.22);
    context.lineWidth = 1;
    stroke(context, [[x0, 0], [x0, height]]);
    stroke(context, [[0, y0], [width, y0]]);
    // Beside the axes, and in sight wherever these are.
    const y = Math.max(60, Math.min(height - 24, y0 - 12));
    const x = Math.max(90, Math.min(width - 90, x0));
    context.font = `600 13px ${FONT}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const write = (text: string, at: (wide: number) => number, down: number): Box => {
      const wide = widthOf(text, 13);
      this.haloed(context, text, at(wide), down, css(theme.ink, 0.85));
      return [at(wide), down, wide + 12, 20];
    };
    return [
      write(`← ${frame.left}`, (wide) => 12 + wide / 2, y),
      write(`${frame.right} →`, (wide) => width - 12 - wide / 2, y),
      write(`↑ ${frame.top}`, () => x, 16),
      write(`↓ ${frame.bottom}`, () => x, height - 14),
    ];
  }

  private ring(context: Strokes, pixels: [number, number][], closed: boolean): void {
    context.strokeStyle = css(this.theme.accent, 0.9);
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    stroke(context, closed ? [...pixels, pixels[0]] : pixels);
    context.setLineDash([]);
  }

  private line(context: Strokes, line: Line): void {
    const [x0, y0] = this.sight.at(line.from);
    const [x1, y1] = this.sight.at(line.to);
    const colour = css(this.theme[line.colour], line.arrow ? 0.95 : 0.45);
    context.strokeStyle = colour;
    context.lineWidth = line.arrow ? 2 : 1.1;
    context.setLineDash(line.dashed ? [6, 5] : []);
    stroke(context, [[x0, y0], [x1, y1]]);
    context.setLineDash([]);
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (!line.arrow || length < 14) return;
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    const [tx, ty] = [x1 - 6 * ux, y1 - 6 * uy];
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(tx, ty);
    context.lineTo(tx - 11 * ux - 5 * uy, ty - 11 * uy + 5 * ux);
    context.lineTo(tx - 11 * ux + 5 * uy, ty - 11 * uy - 5 * ux);
    context.closePath();
    context.fill();
  }

  /** Labels of marked words first; the others where they leave room. */
  private names(context: Strokes, taken: Box[]): void {
    context.textAlign = "center";
    context.textBaseline = "middle";
    const later: (() => void)[] = [];
    this.marked.forEach(({ row, kind }, i) => {
      const [x, y] = this.sight.at(row);
      if (x < -60 || y < -20 || x > this.sight.width + 60 || y > this.sight.height + 20) return;
      this.disc(context, x, y, kind);
      if (!(this.markedFrom[i] <= this.sight.camera.zoom)) return;
      const { text, width, size } = this.measured(row, true);
      taken.push([x, y - 12, width + 8, size + 6]);
      const colour = kind === "chosen" ? this.theme.accent : kind === "asked" ? this.theme.second : this.theme.ink;
      later.push(() => {
        context.font = `${kind === "near" ? 500 : 700} ${size}px ${FONT}`;
        this.haloed(context, text, x, y - 12, css(colour));
      });
    });
    this.others(context, taken);
    for (const write of later) write();
  }

  private others(context: Strokes, taken: Box[]): void {
    const { theme } = this;
    const { camera } = this.sight;
    if (!this.from.length) this.measure();
    const skip = new Set(this.marked.map((mark) => mark.row));
    for (let row = 0; row < this.from.length; row++) {
      if (!(this.from[row] <= camera.zoom)) continue;
      const [x, y] = this.sight.at(row);
      if (x < -80 || y < -10 || x > this.sight.width + 80 || y > this.sight.height + 10 || skip.has(row)) continue;
      const { text, width, size } = this.measured(row, false);
      const free = taken.every(
        ([tx, ty, w, t]) => Math.abs(tx - x) * 2 >= w + width || Math.abs(ty - (y - 9)) * 2 >= t + size + 2,
      );
      if (!free) continue;
      context.font = `500 ${size}px ${FONT}`;
      const faint = this.only && !this.only.has(row) ? 0.5 : 0.92;
      this.haloed(context, text, x, y - 9, css(theme.ink, faint));
    }
  }

  private disc(context: Strokes, x: number, y: number, kind: Marked["kind"]): void {
    const { theme } = this;
    context.beginPath();
    context.arc(x, y, kind === "near" ? 3.5 : 5, 0, 2 * Math.PI);
    context.fillStyle = css(kind === "chosen" ? theme.accent : kind === "asked" ? theme.second : theme.ink);
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = css(theme.paper);
    context.stroke();
  }

  private haloed(context: Strokes, text: string, x: number, y: number, colour: string): void {
    context.lineWidth = 3.5;
    context.lineJoin = "round";
    context.strokeStyle = css(this.theme.paper, 0.85);
    context.strokeText(text, x, y);
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  private measured(row: number, large: boolean): Label {
    const size = (row < 200 ? 15 : row < 2000 ? 13 : 12) + (large ? 1 : 0);
    const known = large ? undefined : this.labels[row];
    if (known) return known;
    const text = shown(this.table.words[row], 26);
    const label = { text, size, width: widthOf(text, size) * (large ? 1.06 : 1) };
    if (!large) this.labels[row] = label;
    return label;
  }

  /** Decide from which zoom on each label is there. */
  private measure(): void {
    const n = Math.min(this.table.n, MOST_LABELS);
    const x = new Float32Array(n);
    const y = new Float32Array(n);
    const width = new Float32Array(n);
    const height = new Float32Array(n);
    for (let row = 0; row < n; row++) {
      const label = this.measured(row, false);
      x[row] = this.sight.positions[2 * row];
      y[row] = this.sight.positions[2 * row + 1];
      width[row] = label.width + 22;
      height[row] = label.size + 12;
    }
    this.from = appear(x, y, width, height, this.sight.fitted / 2, this.sight.fitted * CLOSEST);
  }

  arrange(): void {
    const n = this.marked.length;
    const of = (value: (row: number) => number) => Float32Array.from({ length: n }, (_, i) => value(this.marked[i].row));
    this.markedFrom = appear(
      of((row) => this.sight.positions[2 * row]),
      of((row) => this.sight.positions[2 * row + 1]),
      of((row) => this.measured(row, true).width + 8),
      of((row) => this.measured(row, true).size + 4),
      this.sight.fitted / 2,
      this.sight.fitted * CLOSEST,
    );
  }
}
