/** Product code packed for the benchmark, so that a part of it can be timed alone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import webpack from 'webpack';
import { CACHE, ROOT } from '../scripts/lib.mjs';

export const BUNDLES = join(CACHE, 'bench');

/** Packs `bench/<name>.mjs` and all that it imports into one file, whose path it returns; `target` is webpack's. */
export function bundle(name, target) {
  mkdirSync(BUNDLES, { recursive: true });
  const filename = `${name}.cjs`;
  const compiler = webpack({
    mode: 'production',
    target,
    context: ROOT,
    entry: join(ROOT, 'bench', `${name}.mjs`),
    output: { path: BUNDLES, filename },
    resolve: { extensions: ['.ts', '.js', '.mjs'] },
    module: {
      rules: [
        { test: /\.ts$/, use: join(ROOT, 'test', 'harness', 'typescript-loader.cjs') },
        { test: /\.mjs$/, resolve: { fullySpecified: false } },
        { test: /\.glsl$/, type: 'asset/source' }
      ]
    },
    optimization: { minimize: false },
    performance: false
  });
  return new Promise((resolve, reject) =>
    compiler.run((error, stats) =>
      compiler.close(() =>
        error || stats.hasErrors()
          ? reject(error ?? new Error(stats.toString({ all: false, errors: true })))
          : resolve(join(BUNDLES, filename))
      )
    )
  );
}
