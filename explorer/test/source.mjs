// Modules of the page, compiled, so that Node can test those that need no browser.
import { build } from "esbuild";

export async function source(name) {
  const entry = new URL(`../src/${name}.ts`, import.meta.url).pathname;
  const made = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString("base64")}`);
}

/** Draws that are the same every time: mulberry32. */
export function draws(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
