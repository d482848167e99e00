/** A JupyterLab of its own for a test or a benchmark: no settings, workspaces or kernels of this machine's user. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { venvBin } from './lib.mjs';

/** A port of this machine that nothing listens on. */
export function freePort() {
  const ask =
    "const s = require('node:net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })";
  return Number(execFileSync(process.execPath, ['-e', ask], { encoding: 'utf8' }));
}

/** A new folder for one JupyterLab: notebooks in `root`, everything that Jupyter writes beside it. */
export function makeHome() {
  const home = mkdtempSync(join(tmpdir(), 'modelview-lab-'));
  const root = join(home, 'notebooks');
  mkdirSync(root);
  mkdirSync(join(home, 'config', 'labconfig'), { recursive: true });
  writeFileSync(
    join(home, 'config', 'labconfig', 'page_config.json'),
    // No question about news in front of what a test clicks on.
    JSON.stringify({ disabledExtensions: { '@jupyterlab/apputils-extension:announcements': true } })
  );
  return { home, root };
}

/**
 * How to start a JupyterLab that browser tests can drive: `{command, args, env, url}`.
 * The page exposes its application as `window.jupyterapp`; there is no token, and nothing is asked of the network.
 */
export function labCommand({ port, home, python = venvBin('python') }) {
  const at = name => join(home, name);
  return {
    command: python,
    args: [
      '-m',
      'jupyterlab',
      '--no-browser',
      '--allow-root',
      '--ServerApp.ip=127.0.0.1',
      `--ServerApp.port=${port}`,
      '--ServerApp.port_retries=0',
      '--ServerApp.open_browser=False',
      `--ServerApp.root_dir=${at('notebooks')}`,
      '--IdentityProvider.token=',
      '--ServerApp.password=',
      '--ServerApp.disable_check_xsrf=True',
      '--LabApp.expose_app_in_browser=True',
      '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
      `--LabApp.user_settings_dir=${at('settings')}`,
      `--LabApp.workspaces_dir=${at('workspaces')}`
    ],
    env: {
      IPYTHONDIR: at('ipython'),
      JUPYTER_CONFIG_DIR: at('config'),
      JUPYTER_DATA_DIR: at('data'),
      JUPYTER_RUNTIME_DIR: at('runtime'),
      JUPYTER_PREFER_ENV_PATH: '1',
      JUPYTER_PLATFORM_DIRS: '1',
      // A library that looks something up should fail at once, and in the same way everywhere.
      HF_HUB_OFFLINE: '1',
      TRANSFORMERS_OFFLINE: '1',
      PYDEVD_DISABLE_FILE_VALIDATION: '1'
    },
    url: `http://127.0.0.1:${port}`
  };
}
