/**
 * Builds demo entries into static pages that need no server and no kernel:
 *
 *   node test/harness/build.mjs [--watch] values chart ...   ->   .cache/harness/<entry>.html
 *
 * The page has JupyterLab's own themes beside it (from .venv); `?theme=dark` chooses one.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import webpack from 'webpack';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
export const OUTPUT = join(root, '.cache/harness');

const page = entry => `<!doctype html>
<meta charset="utf-8">
<title>${entry}</title>
<link id="theme" rel="stylesheet">
<style>body { margin: 0; background: var(--jp-layout-color1); overflow: auto }</style>
<body>
<script>
  const theme = new URLSearchParams(location.search).get('theme') === 'dark' ? 'dark' : 'light';
  document.body.dataset.jpThemeLight = String(theme === 'light');
  document.getElementById('theme').href = 'theme-' + theme + '.css';
</script>
<script src="${entry}.js"></script>
`;

export async function build(entries, { watch = false } = {}) {
  mkdirSync(OUTPUT, { recursive: true });
  for (const theme of ['light', 'dark']) {
    const from = `.venv/share/jupyter/lab/themes/@jupyterlab/theme-${theme}-extension/index.css`;
    const css = join(root, from);
    if (existsSync(css)) {
      cpSync(css, join(OUTPUT, `theme-${theme}.css`));
    } else {
      writeFileSync(join(OUTPUT, `theme-${theme}.css`), '');
    }
  }
  for (const entry of entries) {
    writeFileSync(join(OUTPUT, `${entry}.html`), page(entry));
  }
  const compiler = webpack({
    mode: 'development',
    devtool: 'inline-source-map',
    context: root,
    entry: Object.fromEntries(entries.map(entry => [entry, join(here, `${entry}.ts`)])),
    output: { path: OUTPUT, filename: '[name].js' },
    resolve: { extensions: ['.ts', '.js', '.mjs'] },
    module: {
      rules: [
        { test: /\.ts$/, use: join(here, 'typescript-loader.cjs') },
        { test: /\.css$/, use: ['style-loader', 'css-loader'] },
        { test: /\.glsl$/, type: 'asset/source' }
      ]
    },
    performance: false
  });
  const report = (error, stats) => {
    if (error ?? stats.hasErrors()) {
      console.error(error ?? stats.toString({ all: false, errors: true }));
    }
    return !error && !stats.hasErrors();
  };
  if (watch) {
    compiler.watch({}, report);
    return true;
  }
  return new Promise(resolve => compiler.run((error, stats) => compiler.close(() => resolve(report(error, stats)))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter(name => !name.startsWith('--'));
  const entries = names.length
    ? names
    : readdirSync(here)
        .filter(name => name.endsWith('.ts') && !['page.ts', 'fake-source.ts'].includes(name))
        .map(name => basename(name, '.ts'));
  const built = await build(entries, { watch: process.argv.includes('--watch') });
  process.exitCode = built ? 0 : 1;
  if (built) {
    console.log(entries.map(entry => join(OUTPUT, `${entry}.html`)).join('\n'));
  }
}
