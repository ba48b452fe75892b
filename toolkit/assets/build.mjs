// Copies the typeface that the web shell serves into its static folder. Run after `npm ci`.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const family = "be-vietnam-pro";
const source = join(here, "node_modules/@fontsource", family);
const target = join(here, "../pilotkit/web/static/vendor");
const weights = [400, 600, 700];
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
console.log(`${faces.length} fonts in ${target}`);
