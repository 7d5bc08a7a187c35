// Builds regulars/web/static_built/ from the sources beside the templates: one style sheet, the scripts,
// one sprite of icons, the fonts, tables of emoji, and manifest.json that maps plain names to hashed ones (read by the asset tag).
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import esbuild from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const web = join(root, "regulars/web");
const output = join(web, "static_built");
const fresh = join(web, "static_built.new");

const entries = {
  app: join(web, "design/index.css"),
  shell: join(web, "layouts/app.js"),
  entrance: join(web, "layouts/signed_out.js"),
  offline: join(web, "installing/offline.js"),
  worker: join(web, "installing/service_worker.js"),
};

async function spriteOf(names) {
  const symbols = [];
  for (const [name, source] of Object.entries(names)) {
    const file = source.startsWith("own:")
      ? join(web, "design/icons", `${source.slice(4)}.svg`)
      : join(root, "node_modules/lucide-static/icons", `${source}.svg`);
    const svg = await readFile(file, "utf8");
    const viewBox = /viewBox="([^"]+)"/.exec(svg)[1];
    const inside = svg.replace(/<!--.*?-->/gs, "").replace(/^.*?<svg[^>]*>/s, "").replace(/<\/svg>\s*$/, "");
    symbols.push(`<symbol id="${name}" viewBox="${viewBox}">${inside.replace(/\s+/g, " ").trim()}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function iconNames() {
  const chosen = JSON.parse(await readFile(join(web, "design/icons.json"), "utf8"));
  for (const file of await readdir(join(web, "design/icons"))) {
    const name = file.replace(/\.svg$/, "");
    chosen[name] = `own:${name}`;
  }
  return chosen;
}

// An output of esbuild under the name that templates know it by: app.css, inter-latin-wght-normal.woff2.
function plainNameOf(file, about) {
  const name = file.split("/").at(-1);
  const entry = Object.entries(entries).find(([, source]) => about.entryPoint && source.endsWith(about.entryPoint));
  return entry ? `${entry[0]}${extname(name)}` : basename(Object.keys(about.inputs)[0]);
}

// Emoji by group with their names and words: in the reader's language, and in English for whoever thinks in that.
const emojiLanguages = ["en", "ko", "ru", "th"];
const notOffered = new Set([undefined, 2]); // letters of flags; skin tones by themselves

async function emojiIn(language) {
  const read = async (spoken, what) => JSON.parse(await readFile(join(root, `node_modules/emojibase-data/${spoken}/${what}.json`), "utf8"));
  const english = new Map((await read("en", "compact")).map((each) => [each.hexcode, each]));
  const offered = (await read(language, "compact")).filter(({ group }) => !notOffered.has(group)).sort((a, b) => a.order - b.order);
  const wordsOf = (each) => [...new Set([each, english.get(each.hexcode)].flatMap((said) => [said?.label, ...(said?.tags ?? [])]))].filter(Boolean);
  return (await read(language, "messages")).groups
    .map(({ order, message }) => ({ name: message, emoji: offered.filter(({ group }) => group === order).map((each) => [each.unicode, each.label, wordsOf(each).join(" ")]) }))
    .filter(({ emoji }) => emoji.length);
}

async function writeEmoji(manifest) {
  for (const language of emojiLanguages) {
    const content = JSON.stringify(await emojiIn(language));
    manifest[`emoji-${language}.json`] = `emoji-${language}-${hashOf(content)}.json`;
    await writeFile(join(fresh, manifest[`emoji-${language}.json`]), content);
  }
}

function hashOf(content) {
  return createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
}

// Fonts are compressed already.
const isCompressible = (name) => extname(name) !== ".woff2";

// The web process hands these out to whoever accepts them, so that no request pays for compression.
async function compress(file) {
  const bytes = await readFile(file);
  await writeFile(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  await writeFile(`${file}.br`, brotliCompressSync(bytes));
}

async function build() {
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries).map(([out, file]) => ({ in: file, out })),
    nodePaths: [join(root, "node_modules")],
    bundle: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: ["chrome123", "firefox128", "safari17.5"],
    loader: { ".woff2": "file" },
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    outdir: fresh,
    legalComments: "none",
    logLevel: "warning",
  });
  const manifest = {};
  for (const [file, about] of Object.entries(result.metafile.outputs)) {
    manifest[plainNameOf(file, about)] = basename(file);
  }
  const sprite = await spriteOf(await iconNames());
  manifest["icons.svg"] = `icons-${hashOf(sprite)}.svg`;
  await writeFile(join(fresh, manifest["icons.svg"]), sprite);
  const favicon = await readFile(join(web, "design/favicon.svg"));
  manifest["icon.svg"] = `icon-${hashOf(favicon)}.svg`;
  await writeFile(join(fresh, manifest["icon.svg"]), favicon);
  await writeEmoji(manifest);
  await writeFile(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(join(root, "node_modules/@fontsource-variable/inter/LICENSE"), join(fresh, "inter-LICENSE.txt"));
  for (const name of Object.values(manifest)) if (isCompressible(name)) await compress(join(fresh, name));
  await rm(output, { recursive: true, force: true });
  await rename(fresh, output);
  for (const name of Object.values(manifest).filter(isCompressible)) {
    const bytes = await readFile(join(output, name));
    console.log(`${name}  ${(bytes.length / 1024).toFixed(1)} kB, ${(gzipSync(bytes).length / 1024).toFixed(1)} kB compressed`);
  }
}

await build();
