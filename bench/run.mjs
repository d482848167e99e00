/**
 * `npm run bench`: how long it takes and how much it weighs to see a tensor, beside what else could be used.
 *
 * One JupyterLab, one Chromium, one run; bench/README.md tells how to read what is printed. With arguments
 * (`npm run bench -- slice pan`) only those measures are made and bench/results.json is left alone.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { ROOT, isMain, main } from '../scripts/lib.mjs';
import { setup } from '../scripts/setup.mjs';
import { busyKernel } from './busy.mjs';
import { checkpoint } from './checkpoint.mjs';
import { coldLook, countTwice, firstLook } from './first-look.mjs';
import { graphs } from './graph.mjs';
import { panning, sliceChange } from './interaction.mjs';
import { layouts } from './layout.mjs';
import { report, targets } from './report.mjs';
import { Session } from './session.mjs';
import { tileRates } from './tiles.mjs';

const RESULTS = join(ROOT, 'bench', 'results.json');
const PACKAGES = [
  'modelview',
  'jupyterlab',
  'ipykernel',
  'ipywidgets',
  'numpy',
  'torch',
  'matplotlib',
  'plotly',
  'bokeh',
  'treescope'
];

/** The measures by their names on the command line. */
const MEASURES = {
  async count(session) {
    const { page, browser } = await countTwice(session);
    if (Math.abs(page - browser) > 0.01 * browser) {
      throw new Error(`the page counts ${page} bytes on its websockets and the browser ${browser}`);
    }
    return { countedTwice: { page, browser } };
  },
  async cold(session) {
    const { look, loaded } = await coldLook(session);
    const sum = files => files.reduce((all, { bytes }) => all + bytes, 0);
    if (!loaded.before.length || look.milliseconds === null) {
      throw new Error('no file of the extension was loaded, or nothing was drawn');
    }
    const start = {
      atStart: sum(loaded.before),
      withFirstView: sum(loaded.after) - sum(loaded.before),
      files: loaded.after
    };
    return { cold: look, start };
  },
  async slice(session) {
    return { slice: await sliceChange(session) };
  },
  async pan(session) {
    return { pan: await panning(session) };
  },
  async graph(session) {
    return { graph: await graphs(session) };
  },
  async layout(session) {
    return { layout: await layouts(session) };
  },
  async checkpoint(session) {
    return { checkpoint: await checkpoint(session) };
  },
  async tiles(session) {
    return { tiles: await tileRates(session) };
  },
  async busy(session) {
    return { busy: await busyKernel(session) };
  },
  // Last, since a peer may freeze the page.
  async look(session) {
    return { firstLook: await firstLook(session, { say: line => console.log(`    ${line}`) }) };
  }
};

/** What draws: without WebGL the figures would be of something else. */
async function renderer(session) {
  const name = await session.page.evaluate(`(() => {
    const gl = new OffscreenCanvas(1, 1).getContext('webgl');
    const names = gl?.getExtension('WEBGL_debug_renderer_info');
    return gl && names ? gl.getParameter(names.UNMASKED_RENDERER_WEBGL) : null;
  })()`);
  if (!name) {
    throw new Error('This Chromium draws no WebGL: see CHROMIUM_FLAGS in scripts/chromium.mjs.');
  }
  return name.includes('SwiftShader') ? 'WebGL on the CPU (SwiftShader)' : name;
}

async function versions(session) {
  const ask = `from importlib.metadata import version
import json, platform
print(json.dumps({'Python': platform.python_version(), **{name: version(name) for name in ${JSON.stringify(PACKAGES)}}}))`;
  return { Chromium: session.browser.version.split(' ')[1], ...JSON.parse(await session.python(ask)) };
}

async function measure(names) {
  const load = Number(loadavg()[0].toFixed(2));
  const session = await Session.start();
  const stop = () => void session.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const results = { date: new Date().toISOString(), failures: [] };
  try {
    await session.open();
    results.machine = {
      cpus: cpus().length,
      cpu: cpus()[0].model.trim(),
      platform: `${process.platform} ${process.arch}`,
      renderer: await renderer(session),
      load,
      busy: load > 0.25 * cpus().length
    };
    results.versions = await versions(session);
    for (const name of names) {
      console.log(`  … ${name}`);
      try {
        Object.assign(results, await MEASURES[name](session));
      } catch (error) {
        results.failures.push({ name, message: error.message });
        if (process.env.DEBUG) {
          writeFileSync(join(ROOT, '.cache', `bench-${name}.png`), await session.page.screenshot());
          console.error(error);
        }
      }
    }
  } finally {
    await session.close();
  }
  return { ...results, targets: targets(results) };
}

if (isMain(import.meta.url)) {
  void main(async () => {
    const asked = process.argv.slice(2);
    const unknown = asked.find(name => !(name in MEASURES));
    if (unknown) {
      throw new Error(`There is no measure '${unknown}'; there are ${Object.keys(MEASURES).join(', ')}.`);
    }
    await setup({ browser: true, bench: true });
    console.log('bench');
    const results = await measure(asked.length ? asked : Object.keys(MEASURES));
    console.log(`\n${report(results)}\n`);
    if (!asked.length && !results.failures.length) {
      writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
      console.log('written to bench/results.json');
    }
    return results.failures.length ? 1 : 0;
  });
}
