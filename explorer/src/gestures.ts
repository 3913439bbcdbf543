/** Mouse, fingers and keys on a map. */

/** What can be done with a map. */
export interface Movable {
  readonly lasso: boolean;
  pan(dx: number, dy: number): void;
  zoomBy(factor: number, x?: number, y?: number): void;
  fit(): void;
  hoverAt(x: number, y: number): void;
  /** Take the word at a place, if there is one within reach. */
  tap(x: number, y: number, reach: number): void;
  tapMiddle(): void;
  /** An outline grows; null: there is none any more. */
  outlining(pixels: [number, number][] | null): void;
  outlined(pixels: [number, number][]): void;
}

interface Place {
  x: number;
  y: number;
}

const REACH = 18;
const REACH_OF_A_FINGER = 26;
/** Pixels that a click may slip. */
const SLIP = 6;

export function listen(canvas: HTMLCanvasElement, map: Movable): void {
  const pointers = new Map<number, Place>();
  let drawn: [number, number][] | null = null;
  let dragged = 0;
  const place = (event: MouseEvent): Place => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    const { x, y } = place(event);
    pointers.set(event.pointerId, { x, y });
    dragged = 0;
    drawn = pointers.size === 1 && (map.lasso || event.shiftKey) ? [[x, y]] : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = place(event);
    const before = pointers.get(event.pointerId);
    if (!before) return map.hoverAt(now.x, now.y);
    pointers.set(event.pointerId, now);
    dragged += Math.abs(now.x - before.x) + Math.abs(now.y - before.y);
    if (drawn) {
      drawn.push([now.x, now.y]);
      map.outlining(drawn);
    } else if (pointers.size === 1) {
      if (dragged > SLIP) map.pan(now.x - before.x, now.y - before.y);
    } else if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)![1];
      const gap = (one: Place) => Math.hypot(one.x - other.x, one.y - other.y);
      map.zoomBy(gap(now) / (gap(before) || 1), (now.x + other.x) / 2, (now.y + other.y) / 2);
      map.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    }
  });
  const end = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    const { x, y } = place(event);
    if (drawn && drawn.length > 3) map.outlined(drawn);
    else if (event.type === "pointerup" && dragged <= SLIP && !pointers.size) {
      map.tap(x, y, event.pointerType === "touch" ? REACH_OF_A_FINGER : REACH);
    }
    if (drawn) map.outlining((drawn = null));
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => map.hoverAt(-1e9, -1e9));
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { x, y } = place(event);
      const lines = event.deltaMode === 1 ? 30 : 1;
      map.zoomBy(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), x, y);
    },
    { passive: false },
  );
  canvas.addEventListener("dblclick", (event) => {
    const { x, y } = place(event);
    map.zoomBy(2, x, y);
  });
  canvas.addEventListener("keydown", (event) => key(event, map));
}

function key(event: KeyboardEvent, map: Movable): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = event.shiftKey ? 200 : 60;
  const keys: Record<string, () => void> = {
    ArrowLeft: () => map.pan(step, 0),
    ArrowRight: () => map.pan(-step, 0),
    ArrowUp: () => map.pan(0, step),
    ArrowDown: () => map.pan(0, -step),
    "+": () => map.zoomBy(1.4),
    "=": () => map.zoomBy(1.4),
    "-": () => map.zoomBy(1 / 1.4),
    "0": () => map.fit(),
    Enter: () => map.tapMiddle(),
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
