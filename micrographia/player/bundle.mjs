/**
 * Makes `dist/player.js`: one minified module with a banner that holds a SHA-256 over all sources, by which a
 * test sees when it is stale. Run with `npm run bundle`; `bundle.py` computes the same number.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const hash = createHash("sha256");
for (const name of readdirSync(here).filter((name) => /\.(js|css)$/.test(name)).sort()) {
  hash.update(`${name}\n`);
  hash.update(readFileSync(join(here, name)));
}

/** The style sheet as minified text. */
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

await build({
  entryPoints: [join(here, "player.js")],
  outfile: join(here, "dist", "player.js"),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  plugins: [styles],
  banner: { js: `/* Micrographia player, BSD-3-Clause. sources ${hash.digest("hex")} */` },
});
