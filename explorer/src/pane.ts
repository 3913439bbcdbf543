/** One map on the page: points, labels, lines; moved by mouse, fingers and keys. */

import { css, mixed, packed, type Rgb, type Theme } from "./colours";
import { h, shown } from "./dom";
import { appear } from "./labels";
import { splat, stamp, type Scene } from "./splat";
import type { Table } from "./vectors";

/** The part of the plane that is seen: its middle, and pixels (of the page) per unit. */
export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

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

export interface Hooks {
  pick(row: number): void;
  hover(row: number): void;
  region(outline: [number, number][]): void;
  moved(camera: Camera): void;
}

/** What is written along the edges where the picture is a chart. */
export interface Frame {
  left: string;
  right: string;
  bottom: string;
  top: string;
}

const FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';
const MOST_LABELS = 60_000;
const NEAREST = 18;
const WHILE_MOVING = 120_000;
const CLOSEST = 4000;

interface Label {
  text: string;
  width: number;
  size: number;
}

export class Pane {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  camera: Camera = { x: 0, y: 0, zoom: 1 };
  lasso = false;
  private readonly dots: HTMLCanvasElement;
  private readonly tip: HTMLElement;
  private positions: Float32Array;
  private colours: Uint32Array;
  private dimmed: Uint32Array | null = null;
  private sizes: Uint8Array;
  private labels: (Label | undefined)[] = [];
  private from: Float32Array = new Float32Array(0);
  private marked: Marked[] = [];
  private markedFrom: Float32Array = new Float32Array(0);
  private lines: Line[] = [];
  private only: Set<number> | null = null;
  private frame: Frame | null = null;
  private outline: [number, number][] | null = null;
  private grid: Grid | null = null;
  private width = 0;
  private height = 0;
  private ratio = 1;
  private asked = 0;
  private fitted = 1;
  private moving = 0;
  private image: ImageData | null = null;
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private drawn: [number, number][] | null = null;
  private hovered = -1;
  private dragged = 0;
  /** How long the last frame took, in ms. */
  cost = 0;

  constructor(readonly table: Table, private theme: Theme, private readonly hooks: Hooks, label: string) {
    this.positions = table.points;
    this.colours = new Uint32Array(table.n);
    this.sizes = sizesOf(table.n);
    this.dots = h("canvas", { class: "dots", "aria-hidden": "true" });
    this.canvas = h("canvas", {
      class: "marks",
      tabindex: 0,
      role: "img",
      "aria-label": `${label}. Arrow keys move the map, plus and minus zoom, 0 shows all, Enter takes the word in the middle. All it shows is in the tables beside it.`,
    });
    this.tip = h("div", { class: "tip", hidden: true });
    this.element = h("div", { class: "pane" }, this.dots, this.canvas, this.tip);
    this.listen();
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  /** Put the words somewhere else; everything is seen again. */
  place(positions: Float32Array, frame: Frame | null): void {
    this.positions = positions;
    this.frame = frame;
    this.grid = null;
    this.from = new Float32Array(0);
    this.resize();
    this.fit();
  }

  paint(colours: Uint32Array, theme: Theme): void {
    this.theme = theme;
    this.colours = colours;
    this.dimmed = null;
    this.draw();
  }

  /** Mark words, most important first; `only`: the others are faint. */
  mark(marked: Marked[], lines: Line[], only: Set<number> | null): void {
    this.marked = marked;
    this.lines = lines;
    this.only = only;
    this.dimmed = null;
    this.arrange();
    this.draw();
  }

  surround(outline: [number, number][] | null): void {
    this.outline = outline;
    this.draw();
  }

  /** Show all points, but for those that lie far from nearly all. */
  fit(): void {
    const { x, y, zoom } = this.whole();
    this.camera = { x, y, zoom };
    this.changed();
  }

  private whole(): Camera {
    const bounds = boundsOf(this.positions);
    const room = this.frame ? 0.82 : 0.94;
    const zoom = Math.min(
      (this.width * room) / (bounds.right - bounds.left || 1),
      (this.height * room) / (bounds.top - bounds.bottom || 1),
    );
    return {
      x: (bounds.left + bounds.right) / 2,
      y: (bounds.bottom + bounds.top) / 2,
      zoom: zoom > 0 && Number.isFinite(zoom) ? zoom : 1,
    };
  }

  look(camera: Camera): void {
    this.camera = { ...camera };
    this.changed();
  }

  /** Bring words into sight, if they are not; or as near as they can be. */
  show(rows: number[], near = false): void {
    const out = rows.filter((row) => {
      const [x, y] = this.at(row);
      return x < 20 || y < 20 || x > this.width - 20 || y > this.height - 20;
    });
    if (!rows.length || !(near || out.length)) return;
    const xs = rows.map((row) => this.positions[2 * row]);
    const ys = rows.map((row) => this.positions[2 * row + 1]);
    const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const least = Math.min(
      (this.width * 0.7) / (right - left || 1e-9),
      (this.height * 0.7) / (top - bottom || 1e-9),
    );
    this.camera = {
      x: (left + right) / 2,
      y: (bottom + top) / 2,
      zoom: Math.max(this.fitted, Math.min(least, near ? this.fitted * 60 : Math.max(this.camera.zoom, this.fitted))),
    };
    this.changed();
  }

  zoomBy(factor: number, x = this.width / 2, y = this.height / 2): void {
    const [ux, uy] = this.unit(x, y);
    const zoom = Math.max(this.fitted / 2, Math.min(this.fitted * CLOSEST, this.camera.zoom * factor));
    const { camera } = this;
    this.camera = {
      zoom,
      x: ux - ((ux - camera.x) * camera.zoom) / zoom,
      y: uy - ((uy - camera.y) * camera.zoom) / zoom,
    };
    this.changed();
  }

  private pan(dx: number, dy: number): void {
    this.camera = {
      ...this.camera,
      x: this.camera.x - dx / this.camera.zoom,
      y: this.camera.y + dy / this.camera.zoom,
    };
    this.changed();
  }

  private changed(): void {
    this.moving = performance.now();
    this.hooks.moved(this.camera);
    this.draw();
  }

  private resize(): void {
    const width = this.element.clientWidth;
    const height = this.element.clientHeight;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (!width || !height) return;
    const first = !this.width;
    if (width !== this.width || height !== this.height || ratio !== this.ratio || !this.image) {
      const kept = this.camera.zoom / this.fitted;
      [this.width, this.height, this.ratio] = [width, height, ratio];
      for (const canvas of [this.dots, this.canvas]) {
        canvas.width = Math.round(width * ratio);
        canvas.height = Math.round(height * ratio);
      }
      this.image = this.dots.getContext("2d", { alpha: false })!.createImageData(this.dots.width, this.dots.height);
      this.fitted = this.whole().zoom;
      if (!first) this.camera.zoom = this.fitted * kept;
    }
    this.fitted = this.whole().zoom;
    if (first) this.fit();
    this.draw();
  }

  /** Where a word is, in pixels of the page. */
  at(row: number): [number, number] {
    return this.pixel(this.positions[2 * row], this.positions[2 * row + 1]);
  }

  private pixel(x: number, y: number): [number, number] {
    const { camera } = this;
    return [
      this.width / 2 + (x - camera.x) * camera.zoom,
      this.height / 2 - (y - camera.y) * camera.zoom,
    ];
  }

  private unit(x: number, y: number): [number, number] {
    const { camera } = this;
    return [
      camera.x + (x - this.width / 2) / camera.zoom,
      camera.y - (y - this.height / 2) / camera.zoom,
    ];
  }

  draw(): void {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.frameNow();
    });
  }

  /** Draw at once, and note how long it takes. */
  frameNow(): void {
    if (!this.image) return;
    const began = performance.now();
    const still = began - this.moving > 150;
    this.points(still ? this.table.n : Math.min(this.table.n, this.cost > 40 ? WHILE_MOVING / 4 : this.table.n));
    const context = this.canvas.getContext("2d")!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.over(context);
    this.cost = performance.now() - began;
    if (!still && this.cost > 40) setTimeout(() => this.draw(), 200);
  }

  private points(n: number): void {
    const { image, ratio, camera, theme } = this;
    const deep = Math.max(0, Math.min(2.2, Math.log2(camera.zoom / this.fitted) / 3));
    const grown = this.table.n < 3000 ? 1.6 : this.table.n < 20_000 ? 1 : 0.6;
    const sizes = [0.45, 0.9, 1.6, 2.4].map((r) => stamp(round((r + grown * 0.6 + deep) * ratio), 0.82));
    splat(new Uint32Array(image!.data.buffer), image!.width, image!.height, packed(theme.paper), {
      points: this.positions,
      n,
      colours: this.inks(),
      sizes: this.sizes,
      discs: sizes,
      zoom: camera.zoom * ratio,
      left: (this.width / 2 - camera.x * camera.zoom) * ratio,
      top: (this.height / 2 + camera.y * camera.zoom) * ratio,
    } satisfies Scene);
    this.dots.getContext("2d", { alpha: false })!.putImageData(image!, 0, 0);
  }

  /** The colours that are drawn: of words that are not meant, mostly paper. */
  private inks(): Uint32Array {
    if (!this.only) return this.colours;
    if (!this.dimmed) {
      const { only, theme } = this;
      const known = new Map<number, number>();
      this.dimmed = this.colours.map((ink, row) => {
        if (only.has(row)) return ink;
        let faint = known.get(ink);
        if (faint === undefined) {
          const full: Rgb = [ink & 255, (ink >>> 8) & 255, (ink >>> 16) & 255];
          known.set(ink, (faint = packed(mixed(theme.paper, full, 0.28))));
        }
        return faint;
      });
    }
    return this.dimmed;
  }

  /** Lines, labels and marks, onto any context of pixels of the page. */
  over(context: Strokes): void {
    if (this.outline) this.ring(context, this.outline.map(([x, y]) => this.pixel(x, y)), true);
    if (this.drawn) this.ring(context, this.drawn, false);
    for (const line of this.lines) this.line(context, line);
    this.names(context);
    if (this.frame) this.edges(context);
  }

  private edges(context: Strokes): void {
    const { frame, theme } = this;
    const [x0, y0] = this.pixel(0, 0);
    context.strokeStyle = css(theme.ink, 0.22);
    context.lineWidth = 1;
    stroke(context, [[x0, 0], [x0, this.height]]);
    stroke(context, [[0, y0], [this.width, y0]]);
    context.font = `600 13px ${FONT}`;
    const write = (text: string, x: number, y: number, align: CanvasTextAlign) => {
      context.textAlign = align;
      context.textBaseline = "middle";
      this.haloed(context, text, x, y, css(theme.ink, 0.85));
    };
    // Beside the axes, and in sight wherever these are.
    const y = Math.max(60, Math.min(this.height - 24, y0 - 12));
    const x = Math.max(90, Math.min(this.width - 90, x0));
    write(`← ${frame!.left}`, 12, y, "left");
    write(`${frame!.right} →`, this.width - 12, y, "right");
    write(`↑ ${frame!.top}`, x, 16, "center");
    write(`↓ ${frame!.bottom}`, x, this.height - 14, "center");
  }

  private ring(context: Strokes, pixels: [number, number][], closed: boolean): void {
    context.strokeStyle = css(this.theme.accent, 0.9);
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    stroke(context, closed ? [...pixels, pixels[0]] : pixels);
    context.setLineDash([]);
  }

  private line(context: Strokes, line: Line): void {
    const [x0, y0] = this.at(line.from);
    const [x1, y1] = this.at(line.to);
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
  private names(context: Strokes): void {
    const taken: [number, number, number, number][] = [];
    context.textAlign = "center";
    context.textBaseline = "middle";
    const later: (() => void)[] = [];
    this.marked.forEach(({ row, kind }, i) => {
      const [x, y] = this.at(row);
      if (x < -60 || y < -20 || x > this.width + 60 || y > this.height + 20) return;
      this.disc(context, x, y, kind);
      if (!(this.markedFrom[i] <= this.camera.zoom)) return;
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

  private others(context: Strokes, taken: [number, number, number, number][]): void {
    const { camera, theme } = this;
    if (!this.from.length) this.measure();
    const skip = new Set(this.marked.map((mark) => mark.row));
    for (let row = 0; row < this.from.length; row++) {
      if (!(this.from[row] <= camera.zoom)) continue;
      const [x, y] = this.at(row);
      if (x < -80 || y < -10 || x > this.width + 80 || y > this.height + 10 || skip.has(row)) continue;
      const { text, width, size } = this.measured(row, false);
      const free = taken.every(
        ([tx, ty, w, t]) => Math.abs(tx - x) * 2 >= w + width || Math.abs(ty - (y - 9)) * 2 >= t + size + 2,
      );
      if (!free) continue;
      context.font = `500 ${size}px ${FONT}`;
      const faint = this.only && !this.only.has(row) ? 0.35 : 0.92;
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
      x[row] = this.positions[2 * row];
      y[row] = this.positions[2 * row + 1];
      width[row] = label.width + 22;
      height[row] = label.size + 12;
    }
    this.from = appear(x, y, width, height, this.fitted / 2, this.fitted * CLOSEST);
  }

  private arrange(): void {
    const n = this.marked.length;
    const of = (value: (row: number) => number) => Float32Array.from({ length: n }, (_, i) => value(this.marked[i].row));
    this.markedFrom = appear(
      of((row) => this.positions[2 * row]),
      of((row) => this.positions[2 * row + 1]),
      of((row) => this.measured(row, true).width + 8),
      of((row) => this.measured(row, true).size + 4),
      this.fitted / 2,
      this.fitted * CLOSEST,
    );
  }

  /** The word nearest to a pixel; -1 where none is near. */
  near(x: number, y: number, reach = NEAREST): number {
    this.grid ??= new Grid(this.positions, this.table.n);
    const [ux, uy] = this.unit(x, y);
    return this.grid.nearest(ux, uy, reach / this.camera.zoom);
  }

  private hoverAt(x: number, y: number): void {
    const row = this.near(x, y);
    if (row === this.hovered) return;
    this.hovered = row;
    this.hooks.hover(row);
  }

  /** Show a word's name beside its point. */
  point(row: number, text: string): void {
    this.tip.hidden = row < 0;
    if (row < 0) return;
    const [x, y] = this.at(row);
    this.tip.textContent = text;
    this.tip.style.left = `${Math.max(4, Math.min(this.width - this.tip.offsetWidth - 4, x + 10))}px`;
    this.tip.style.top = `${Math.max(4, Math.min(this.height - 30, y + 10))}px`;
  }

  private listen(): void {
    const { canvas, pointers } = this;
    const place = (event: MouseEvent) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button > 0) return;
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, place(event));
      this.dragged = 0;
      const { x, y } = place(event);
      this.drawn = pointers.size === 1 && (this.lasso || event.shiftKey) ? [[x, y]] : null;
    });
    canvas.addEventListener("pointermove", (event) => {
      const now = place(event);
      const before = pointers.get(event.pointerId);
      if (!before) return this.hoverAt(now.x, now.y);
      this.dragged += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
      if (this.drawn) {
        this.drawn.push([now.x, now.y]);
        this.draw();
      } else if (pointers.size === 1) {
        if (this.dragged > 4) this.pan(now.x - before.x, now.y - before.y);
      } else if (pointers.size === 2) {
        const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
        const grown = Math.hypot(now.x - other.x, now.y - other.y) / (Math.hypot(before.x - other.x, before.y - other.y) || 1);
        this.zoomBy(grown, (now.x + other.x) / 2, (now.y + other.y) / 2);
        this.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      }
      pointers.set(event.pointerId, now);
    });
    const end = (event: PointerEvent) => {
      if (!pointers.delete(event.pointerId)) return;
      const { x, y } = place(event);
      if (this.drawn && this.drawn.length > 3) {
        this.hooks.region(this.drawn.map(([px, py]) => this.unit(px, py)));
      } else if (event.type === "pointerup" && this.dragged <= 6 && !pointers.size) {
        const row = this.near(x, y, event.pointerType === "touch" ? 26 : NEAREST);
        if (row >= 0) this.hooks.pick(row);
      }
      this.drawn = null;
      this.draw();
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("pointerleave", () => this.hoverAt(-1e9, -1e9));
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const { x, y } = place(event);
        const lines = event.deltaMode === 1 ? 30 : 1;
        this.zoomBy(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), x, y);
      },
      { passive: false },
    );
    canvas.addEventListener("dblclick", (event) => {
      const { x, y } = place(event);
      this.zoomBy(2, x, y);
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 200 : 60;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => this.pan(step, 0),
      ArrowRight: () => this.pan(-step, 0),
      ArrowUp: () => this.pan(0, step),
      ArrowDown: () => this.pan(0, -step),
      "+": () => this.zoomBy(1.4),
      "=": () => this.zoomBy(1.4),
      "-": () => this.zoomBy(1 / 1.4),
      "0": () => this.fit(),
      Enter: () => {
        const row = this.near(this.width / 2, this.height / 2, Math.max(this.width, this.height));
        if (row >= 0) this.hooks.pick(row);
      },
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** The words whose points lie within an outline. */
  within(outline: [number, number][]): number[] {
    const xs = outline.map(([x]) => x);
    const ys = outline.map(([, y]) => y);
    const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const out: number[] = [];
    for (let row = 0; row < this.table.n; row++) {
      const [x, y] = [this.positions[2 * row], this.positions[2 * row + 1]];
      if (x >= left && x <= right && y >= bottom && y <= top && inside(outline, x, y)) out.push(row);
    }
    return out;
  }

  get size(): { width: number; height: number; ratio: number } {
    return { width: this.width, height: this.height, ratio: this.ratio };
  }

  /** The points as they are drawn, for pictures of other kinds: most frequent last. */
  *seen(): Generator<{ x: number; y: number; colour: string; radius: number }> {
    const inks = this.inks();
    for (let row = this.table.n - 1; row >= 0; row--) {
      const [x, y] = this.at(row);
      if (x < 0 || y < 0 || x > this.width || y > this.height) continue;
      const ink = inks[row];
      const colour = `#${[ink & 255, (ink >>> 8) & 255, (ink >>> 16) & 255].map((v) => v.toString(16).padStart(2, "0")).join("")}`;
      yield { x, y, colour, radius: [0.9, 1.3, 2, 2.8][this.sizes[row]] };
    }
  }

  picture(): HTMLCanvasElement {
    const out = h("canvas", { width: this.dots.width, height: this.dots.height });
    this.frameNow();
    const context = out.getContext("2d")!;
    context.drawImage(this.dots, 0, 0);
    context.drawImage(this.canvas, 0, 0);
    return out;
  }
}

/** What lines and labels need of a context: a canvas has it, and so has the writer of SVG. */
export type Strokes = Pick<
  CanvasRenderingContext2D,
  | "strokeStyle" | "fillStyle" | "lineWidth" | "lineJoin" | "font" | "textAlign" | "textBaseline"
  | "beginPath" | "moveTo" | "lineTo" | "closePath" | "arc" | "fill" | "stroke" | "setLineDash"
  | "fillText" | "strokeText"
>;

function stroke(context: Strokes, points: [number, number][]): void {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

/** Larger discs for the words that are read most. */
function sizesOf(n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, row) => (row < 60 ? 3 : row < 600 ? 2 : row < 6000 ? 1 : 0));
}

const round = (radius: number): number => Math.round(radius * 4) / 4;

const widths = new Map<string, number>();
let measuring: CanvasRenderingContext2D | null = null;

/** How wide a text is. Letters of the West are added up, which is quick; others are laid out. */
function widthOf(text: string, size: number): number {
  measuring ??= document.createElement("canvas").getContext("2d")!;
  measuring.font = `600 16px ${FONT}`;
  if (!/^[\u0020-\u024f‹›…]*$/.test(text)) return (measuring.measureText(text).width * size) / 16;
  let sum = 0;
  for (const letter of text) {
    let width = widths.get(letter);
    if (width === undefined) widths.set(letter, (width = measuring.measureText(letter).width));
    sum += width;
  }
  return (sum * size) / 16;
}

function boundsOf(points: Float32Array): { left: number; right: number; bottom: number; top: number } {
  const n = points.length / 2;
  const step = Math.max(1, Math.floor(n / 20_000));
  const side = (offset: number): [number, number] => {
    const some: number[] = [];
    for (let i = 0; i < n; i += step) some.push(points[2 * i + offset]);
    some.sort((a, b) => a - b);
    const far = n > 1000 ? Math.floor(some.length * 0.002) : 0;
    return [some[far] ?? 0, some[some.length - 1 - far] ?? 0];
  };
  const [left, right] = side(0);
  const [bottom, top] = side(1);
  return { left, right, bottom, top };
}

function inside(outline: [number, number][], x: number, y: number): boolean {
  let within = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [xi, yi] = outline[i];
    const [xj, yj] = outline[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

/** Points in cells, to find the nearest without looking at all. */
class Grid {
  private readonly cells = 256;
  private readonly starts: Int32Array;
  private readonly rows: Int32Array;
  private readonly box: { left: number; bottom: number; width: number; height: number };

  constructor(private readonly points: Float32Array, n: number) {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, points[2 * i]);
      right = Math.max(right, points[2 * i]);
      bottom = Math.min(bottom, points[2 * i + 1]);
      top = Math.max(top, points[2 * i + 1]);
    }
    this.box = { left, bottom, width: right - left || 1, height: top - bottom || 1 };
    const { cells } = this;
    const cell = Int32Array.from({ length: n }, (_, i) => this.column(points[2 * i]) * cells + this.line(points[2 * i + 1]));
    this.starts = new Int32Array(cells * cells + 1);
    for (const c of cell) this.starts[c + 1]++;
    for (let c = 0; c < cells * cells; c++) this.starts[c + 1] += this.starts[c];
    const next = this.starts.slice();
    this.rows = new Int32Array(n);
    cell.forEach((c, i) => (this.rows[next[c]++] = i));
  }

  private column(x: number): number {
    return this.clamped(((x - this.box.left) / this.box.width) * this.cells);
  }

  private line(y: number): number {
    return this.clamped(((y - this.box.bottom) / this.box.height) * this.cells);
  }

  private clamped(place: number): number {
    return Math.max(0, Math.min(this.cells - 1, Math.floor(place)));
  }

  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let least = reach * reach;
    for (let cx = this.column(x - reach); cx <= this.column(x + reach); cx++) {
      for (let cy = this.line(y - reach); cy <= this.line(y + reach); cy++) {
        const cell = cx * this.cells + cy;
        for (let at = this.starts[cell]; at < this.starts[cell + 1]; at++) {
          const row = this.rows[at];
          const far = (this.points[2 * row] - x) ** 2 + (this.points[2 * row + 1] - y) ** 2;
          if (far < least) [best, least] = [row, far];
        }
      }
    }
    return best;
  }
}
