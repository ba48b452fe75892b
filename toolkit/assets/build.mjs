// Brings what the web shell serves and does not write itself into its static folder: the typeface, the forms'
// components, htmx and the charts. Run after `npm ci`.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const family = "be-vietnam-pro";
const source = join(here, "node_modules/@fontsource", family);
const target = join(here, "../pilotkit/web/static/vendor");
// What asks for 700 is shown with 600: a third weight would cost every citizen's page 35 KB.
const weights = [400, 600];
// A browser takes the last face whose range has the letter. Extended Latin claims ă, đ, ơ, ư as well, so it stands first:
// Vietnamese pages then never fetch it.
const subsets = ["latin-ext", "vietnamese", "latin"];

const ranges = JSON.parse(await readFile(join(source, "unicode.json"), "utf8"));
await rm(target, { recursive: true, force: true });
await mkdir(join(target, "files"), { recursive: true });

const faces = [];
for (const weight of weights) {
  for (const subset of subsets) {
    const font = await readFile(join(source, "files", `${family}-${subset}-${weight}-normal.woff2`));
    const hash = createHash("sha256").update(font).digest("hex").slice(0, 10);
    const name = `${family}-${subset}-${weight}.${hash}.woff2`;
    await writeFile(join(target, "files", name), font);
    faces.push(
      `@font-face{font-family:"Be Vietnam Pro";font-weight:${weight};font-style:normal;font-display:swap;` +
        `src:url("files/${name}") format("woff2");unicode-range:${ranges[subset]}}`,
    );
  }
}
await writeFile(join(target, "fonts.css"), faces.join("\n") + "\n");
await writeFile(join(target, "LICENSE-be-vietnam-pro.txt"), await readFile(join(source, "LICENSE")));

const { css } = compile(join(here, "forms.scss"), { style: "compressed" });
if (/GDS Transport|@font-face|url\(/.test(css)) throw new Error("forms.css brings a typeface or a picture");
await writeFile(join(target, "forms.css"), css + "\n");
await writeFile(join(target, "forms.js"), await bundled(join(here, "forms.mjs")));
await writeFile(join(target, "LICENSE-govuk-frontend.txt"), await readFile(join(here, "LICENSE-govuk-frontend.txt")));
for (const [name, as] of [["dist/htmx.min.js", "htmx.js"], ["LICENSE", "LICENSE-htmx.txt"]]) {
  await writeFile(join(target, as), await readFile(join(here, "node_modules/htmx.org", name)));
}

// Charts are the one thing with parts enough that what is not used has to be shaken off: lines, axes and a canvas remain.
await build({
  entryPoints: [join(here, "charts.mjs")], outfile: join(target, "charts.js"), bundle: true, minify: true,
  format: "iife", target: "es2020", legalComments: "none", logLevel: "warning",
});
if (/\beval\(|new Function\b/.test(await readFile(join(target, "charts.js"), "utf8"))) {
  throw new Error("charts.js makes code of text, which the pages' policy refuses");
}
for (const [name, as] of [["echarts/LICENSE", "LICENSE-echarts.txt"], ["echarts/NOTICE", "NOTICE-echarts.txt"],
  ["zrender/LICENSE", "LICENSE-zrender.txt"]]) {
  await writeFile(join(target, as), await readFile(join(here, "node_modules", name)));
}

// What is printed on paper is typeset from whole TrueType files, in the metrics of the typeface that offices prescribe.
const tinos = join(here, "node_modules/@expo-google-fonts/tinos");
const paper = join(here, "../pilotkit/casework/fonts");
await rm(paper, { recursive: true, force: true });
await mkdir(paper, { recursive: true });
for (const style of ["400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"]) {
  await writeFile(join(paper, `Tinos_${style}.ttf`), await readFile(join(tinos, style, `Tinos_${style}.ttf`)));
}
await writeFile(join(paper, "LICENSE-tinos.txt"), await readFile(join(tinos, "LICENSE_FONT")));
console.log(`${faces.length} fonts, the forms' components, htmx and the charts in ${target}`);

// The modules that `entry` needs as one, each once and after those that it needs itself. Their names do not clash and
// none is renamed on its way in (both are checked), so that putting them one after the other keeps their meaning.
async function bundled(entry) {
  const seen = new Set();
  const parts = [];
  await visit(entry);
  const text = parts.join("\n");
  const names = [...text.matchAll(/^(?:class|function|const|let) (\w+)/gm)].map((match) => match[1]);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length) throw new Error(`two modules declare ${twice}`);
  return text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "").replace(/\n\s*/g, "\n").trim() + "\n";

  async function visit(file) {
    if (seen.has(file)) return;
    seen.add(file);
    const source = await readFile(file, "utf8");
    if (/^(?:import|export) .*\bas\b/m.test(source)) throw new Error(`${file} renames what it takes`);
    for (const [, from] of source.matchAll(/^import .* from ["'](.+)["'];$/gm)) await visit(join(dirname(file), from));
    parts.push(source.replace(/^(?:import .*;|export .*;|\/\/# sourceMapping.*)$/gm, ""));
  }
}
