// Writes src/firth/view/explorer/page.html: one page without data, the same bytes every time.
// `node build.mjs --check` says if the page that is there is another one.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const here = (path) => new URL(path, import.meta.url);
const target = here("../src/firth/view/explorer/page.html");
const LARGEST = 150_000;

async function bundled(path) {
  const made = await build({
    entryPoints: [here(path).pathname],
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome103", "firefox113", "safari16.4"],
    charset: "ascii", // whatever its words are, the page's own text is read alike everywhere
    legalComments: "none",
    write: false,
  });
  return made.outputFiles[0].text.trim();
}

const script = await bundled("src/main.ts");
const style = await bundled("src/page.css");
if (/<\/(script|style)|<!--/i.test(script + style)) throw new Error("the code would end its own element");
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "img-src data: blob:",
  "connect-src {source}",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const parts = { policy, style, script };
const page = readFileSync(here("src/page.html"), "utf8").replace(/\{(policy|style|script)\}/g, (_, name) => parts[name]);
const size = Buffer.byteLength(page);
if (size > LARGEST) throw new Error(`the page has ${size} bytes; ${LARGEST} are allowed`);

if (process.argv.includes("--check")) {
  const found = readFileSync(target, "utf8");
  if (found !== page) {
    console.error("page.html is not what explorer/ makes: run `npm ci && node build.mjs` there, and commit it");
    process.exit(1);
  }
} else writeFileSync(target, page);
console.log(`page.html: ${size.toLocaleString("en")} bytes`);
