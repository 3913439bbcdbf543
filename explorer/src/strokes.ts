/** Lines and texts, on a canvas or into SVG. */

export const FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

/** What lines and labels need of a context: a canvas has it, and so has the writer of SVG. */
export type Strokes = Pick<
  CanvasRenderingContext2D,
  | "strokeStyle" | "fillStyle" | "lineWidth" | "lineJoin" | "font" | "textAlign" | "textBaseline"
  | "beginPath" | "moveTo" | "lineTo" | "closePath" | "arc" | "fill" | "stroke" | "setLineDash"
  | "fillText" | "strokeText"
>;

export function stroke(context: Strokes, points: [number, number][]): void {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

const widths = new Map<string, number>();
let measuring: CanvasRenderingContext2D | null = null;

/** How wide a text is. Letters of the West are added up, which is quick; others are laid out. */
export function widthOf(text: string, size: number): number {
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
