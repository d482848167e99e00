/** One JupyterLab of the project's own environment, for as long as the benchmark runs. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort, labCommand, makeHome } from '../scripts/lab.mjs';
import { ENV } from '../scripts/lib.mjs';

const NOTEBOOK = {
  cells: [],
  metadata: { kernelspec: { name: 'python3', display_name: 'Python 3' } },
  nbformat: 4,
  nbformat_minor: 5
};

/** Saving a notebook with a peer's 90 MB in it would be timed together with whatever runs at that moment. */
const SETTINGS = {
  '@jupyterlab/docmanager-extension/plugin.jupyterlab-settings': { autosave: false },
  '@jupyterlab/apputils-extension/notification.jupyterlab-settings': { fetchNews: 'false', checkForUpdates: false }
};

/** Starts it with an empty notebook; kernels find the modules of `modules`. All that is in its `home` goes with it. */
export async function startServer({ notebook, modules }) {
  const { home, root } = makeHome();
  writeFileSync(join(root, notebook), JSON.stringify(NOTEBOOK));
  for (const [name, settings] of Object.entries(SETTINGS)) {
    const file = join(home, 'settings', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(settings));
  }
  const { command, args, env, url } = labCommand({ port: freePort(), home });
  const child = spawn(command, args, {
    cwd: home,
    env: { ...ENV, ...env, PYTHONPATH: modules, MPLBACKEND: '' },
    stdio: ['ignore', 'ignore', process.env.DEBUG ? 'inherit' : 'ignore'],
    detached: true
  });
  let ended = false;
  child.on('exit', () => (ended = true));
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGTERM'); // the server and its kernels: the process group that was made for them
    } catch {
      // It has ended.
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  for (let tries = 0; tries < 600 && !ended; tries++) {
    if (
      await fetch(`${url}/api`).then(
        ({ ok }) => ok,
        () => false
      )
    ) {
      return { url, home, stop };
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  stop();
  throw new Error('JupyterLab did not start. DEBUG=1 shows what it says.');
}
