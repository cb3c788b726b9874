// Compiles Candour's styles and gathers scripts, fonts and licences into ../static, with a manifest of their hashes.
import { createHash } from "node:crypto"
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import * as sass from "sass"

const here = dirname(fileURLToPath(import.meta.url))
const modules = join(here, "node_modules")
const out = join(here, "..", "static")
const font = join(modules, "@fontsource", "atkinson-hyperlegible")

function put(from, to) {
  mkdirSync(dirname(join(out, to)), { recursive: true })
  copyFileSync(from, join(out, to))
}

// A source map would be asked for by the browser's tools and is not served.
function putScript(from, to) {
  const text = readFileSync(from, "utf8").replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n")
  writeFileSync(join(out, to), text)
}

function everyFile(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? everyFile(path) : [path]
  })
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })

const { css } = sass.compile(join(here, "scss", "candour.scss"), { style: "compressed", quietDeps: true })
if (/GDS Transport|crest|@import|url\(["']?https?:/.test(css)) {
  throw new Error("The stylesheet names a font, emblem or address that is not ours to use.")
}
writeFileSync(join(out, "candour.css"), css + "\n")
putScript(join(modules, "govuk-frontend/dist/govuk/govuk-frontend.min.js"), "govuk-frontend.min.js")
putScript(join(modules, "htmx.org/dist/htmx.min.js"), "htmx.min.js")
put(join(here, "candour.js"), "candour.js")
put(join(here, "mark.svg"), "mark.svg")
for (const subset of ["latin", "latin-ext"]) {
  for (const weight of [400, 700]) {
    const name = `atkinson-hyperlegible-${subset}-${weight}-normal.woff2`
    put(join(font, "files", name), join("fonts", name))
  }
}
put(join(font, "LICENSE"), "licences/atkinson-hyperlegible.txt")
put(join(here, "licences", "govuk-frontend.txt"), "licences/govuk-frontend.txt")
put(join(modules, "htmx.org/LICENSE"), "licences/htmx.txt")

const files = {}
for (const path of everyFile(out).sort()) {
  files[relative(out, path).split(sep).join("/")] = createHash("sha256").update(readFileSync(path)).digest("hex")
}
const versions = Object.fromEntries(
  ["govuk-frontend", "htmx.org", "@fontsource/atkinson-hyperlegible"].map((name) => [
    name, JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version,
  ]),
)
writeFileSync(join(out, "manifest.json"), JSON.stringify({ versions, files }, null, 2) + "\n")
