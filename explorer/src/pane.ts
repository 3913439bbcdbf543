/** One map on the page: points, labels, lines; moved by mouse, fingers and keys. */

import { mixed, packed, type Rgb, type Theme } from "./colours";
import { h } from "./dom";
import { listen, type Movable } from "./gestures";
import { CLOSEST, Overlay, type Frame, type Line, type Marked, type Sight } from "./overlay";
import { boundsOf, Grid, inside } from "./plane";
import { splat, stamp, type Scene } from "./splat";
import type { Table } from "./vectors";

/** The part of the plane that is seen: its middle, and pixels (of the page) per unit. */
export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export interface Hooks {
  pick(row: number): void;
  hover(row: number): void;
  region(outline: [number, number][]): void;
  moved(camera: Camera): void;
}

const NEAREST = 18;
const WHILE_MOVING = 120_000;

export class Pane implements Movable, Sight {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  camera: Camera = { x: 0, y: 0, zoom: 1 };
  lasso = false;
  private readonly dots: HTMLCanvasElement;
  private readonly tip: HTMLElement;
  positions: Float32Array;
  readonly over: Overlay;
  private colours: Uint32Array;
  private dimmed: Uint32Array | null = null;
  private sizes: Uint8Array;
  private grid: Grid | null = null;
  width = 0;
  height = 0;
  private ratio = 1;
  private asked = 0;
  fitted = 1;
  private moving = 0;
  private image: ImageData | null = null;
  private hovered = -1;
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
    this.over = new Overlay(table, this, theme);
    listen(this.canvas, this);
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  /** Put the words somewhere else; everything is seen again. */
  place(positions: Float32Array, frame: Frame | null): void {
    this.positions = positions;
    this.over.frame = frame;
    this.over.forget();
    this.grid = null;
    this.resize();
    this.fit();
  }

  paint(colours: Uint32Array, theme: Theme): void {
    this.theme = this.over.theme = theme;
    this.colours = colours;
    this.dimmed = null;
    this.draw();
  }

  /** Mark words, most important first; `only`: the others are faint. */
  mark(marked: Marked[], lines: Line[], only: Set<number> | null): void {
    Object.assign(this.over, { marked, lines, only });
    this.dimmed = null;
    this.over.arrange();
    this.draw();
  }

  surround(outline: [number, number][] | null): void {
    this.over.outline = outline;
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
    const room = this.over.frame ? 0.82 : 0.94;
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

  pan(dx: number, dy: number): void {
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

  pixel(x: number, y: number): [number, number] {
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
    this.over.draw(context);
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
    const { only } = this.over;
    if (!only) return this.colours;
    if (!this.dimmed) {
      const { theme } = this;
      const known = new Map<number, number>();
      this.dimmed = this.colours.map((ink, row) => {
        if (only.has(row)) return ink;
        let faint = known.get(ink);
        if (faint === undefined) {
          const full: Rgb = [ink & 255, (ink >>> 8) & 255, (ink >>> 16) & 255];
          known.set(ink, (faint = packed(mixed(theme.paper, full, 0.5))));
        }
        return faint;
      });
    }
    return this.dimmed;
  }

  /** The word nearest to a pixel; -1 where none is near. */
  near(x: number, y: number, reach = NEAREST): number {
    this.grid ??= new Grid(this.positions, this.table.n);
    const [ux, uy] = this.unit(x, y);
    return this.grid.nearest(ux, uy, reach / this.camera.zoom);
  }

  hoverAt(x: number, y: number): void {
    const row = this.near(x, y);
    if (row === this.hovered) return;
    this.hovered = row;
    this.hooks.hover(row);
  }

  tap(x: number, y: number, reach: number): void {
    const row = this.near(x, y, reach);
    if (row >= 0) this.hooks.pick(row);
  }

  tapMiddle(): void {
    this.tap(this.width / 2, this.height / 2, Math.max(this.width, this.height));
  }

  outlining(pixels: [number, number][] | null): void {
    this.over.drawn = pixels;
    this.draw();
  }

  outlined(pixels: [number, number][]): void {
    this.hooks.region(pixels.map(([x, y]) => this.unit(x, y)));
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

/** Larger discs for the words that are read most. */
function sizesOf(n: number): Uint8Array {
  return Uint8Array.from({ length: n }, (_, row) => (row < 60 ? 3 : row < 600 ? 2 : row < 6000 ? 1 : 0));
}

const round = (radius: number): number => Math.round(radius * 4) / 4;
