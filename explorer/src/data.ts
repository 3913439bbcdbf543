/** The bytes of a page: a head that says what is where, and blocks of numbers and words. */

interface Block {
  at: number;
  length: number;
  type: "i8" | "u8" | "u16" | "i32" | "f32" | "f64" | "json";
}

/** What a model's head says; `kept` and `recall` are parts of 1. */
export interface Facts {
  name: string;
  words: number;
  of: number;
  dim: number;
  map: { method: string; kept: number | null; k: number };
  clusters: string[];
  rounding: { k: number; recall: number; error: number; words: number };
}

interface Head {
  version: number;
  models: Facts[];
  compared: null | { k: number; shared: number; aligned: boolean };
  sentences: boolean;
  blocks: Record<string, Block>;
}

const ARRAYS = {
  i8: Int8Array,
  u8: Uint8Array,
  u16: Uint16Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;

const MAGIC = "FIRTHEX1";

export class Pack {
  readonly head: Head;
  private readonly start: number;

  constructor(private readonly buffer: ArrayBuffer) {
    const first = new Uint8Array(buffer, 0, 8);
    if (String.fromCharCode(...first) !== MAGIC) throw new Error("these are no data of firth explore");
    const size = new DataView(buffer).getUint32(8, true);
    this.head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 12, size)));
    this.start = 12 + size;
  }

  array<T>(name: string): T | null {
    const block = this.head.blocks[name];
    if (!block) return null;
    const at = this.start + block.at;
    if (block.type === "json") {
      return JSON.parse(new TextDecoder().decode(new Uint8Array(this.buffer, at, block.length)));
    }
    const kind = ARRAYS[block.type];
    return new kind(this.buffer, at, block.length / kind.BYTES_PER_ELEMENT) as T;
  }
}

/** Read the data: from the page itself, or from the server that served it. */
export async function load(): Promise<Pack> {
  const within = document.getElementById("data");
  const text = within?.textContent?.trim() ?? "";
  if (!text) {
    const answer = await fetch("data", { cache: "no-store" });
    if (!answer.ok) throw new Error(`the server says ${answer.status}: is firth explore still running?`);
    return new Pack(await answer.arrayBuffer());
  }
  within!.textContent = "";
  const packed = new Blob([decoded(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Pack(await new Response(packed).arrayBuffer());
}

function decoded(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as any).fromBase64;
  if (native) return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
