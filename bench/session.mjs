/** The notebook in the browser: what the measures have in common. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/lib.mjs';
import { startBrowser } from './browser.mjs';
import { startServer } from './server.mjs';

const NOTEBOOK = 'bench.ipynb';
const BENCH = join(ROOT, 'bench');
const pageScript = ['notebook', 'probes', 'quad', 'slices', 'pan', 'graph', 'tiles', 'busy']
  .map(name => readFileSync(join(BENCH, 'page', `${name}.mjs`), 'utf8'))
  .join('\n');
/** regl as npm packs it: a function body that fills `module`. */
const regl = `((module, exports) => { const define = undefined;
${readFileSync(join(ROOT, 'node_modules/regl/dist/regl.min.js'), 'utf8')}
; window.benchREGL = module.exports; })(...(module => [module, module.exports])({ exports: {} }))`;

/** One JupyterLab and one Chromium. Each `open` is a new tab with the notebook in it; the last one is closed. */
export class Session {
  static async start() {
    const server = await startServer({ notebook: NOTEBOOK, modules: join(BENCH, 'kernel') });
    try {
      return new Session(server, await startBrowser());
    } catch (error) {
      server.stop();
      throw error;
    }
  }

  constructor(server, browser) {
    this.server = server;
    this.browser = browser;
  }

  async open() {
    await this.page?.close().catch(() => undefined);
    this.page = await this.browser.open(`${this.server.url}/lab/tree/${NOTEBOOK}`, pageScript);
    await this.page.until('window.jupyterapp && window.bench');
    await this.page.evaluate('bench.ready()');
    await this.page.evaluate(regl);
    await this.python('import bench_data');
  }

  /** A fresh kernel, and a fresh page for it. */
  async restart() {
    await this.page.evaluate('bench.panel().sessionContext.restartKernel()');
    await this.page.evaluate('bench.ready()');
    await this.open();
  }

  python(code) {
    return this.page.evaluate(`bench.python(${JSON.stringify(code)})`);
  }

  /** The value of a Python expression in the kernel, through JSON. */
  async value(expression) {
    return JSON.parse(await this.python(`import json\nprint(json.dumps(${expression}))`));
  }

  /** Puts code into the cell, runs it, and waits for silence. */
  run(code) {
    return this.page.evaluate(`bench.fill(${JSON.stringify(code)}).then(bench.execute).then(() => bench.quiet(1500))`);
  }

  /** Runs a cell and waits for a library's probe: page/notebook.mjs, `look`. */
  look(code, probe, timeout) {
    const call = `bench.look(${JSON.stringify(code)}, bench.probes[${JSON.stringify(probe)}], ${timeout})`;
    return this.page.evaluate(call, timeout + 60_000);
  }

  async close() {
    await this.browser.close();
    this.server.stop();
  }
}
