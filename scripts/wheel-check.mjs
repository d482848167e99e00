/**
 * Does the wheel work where nothing of this repository is? Builds it, and makes a clean environment in .cache/wheel:
 * first the wheel alone, with no Node on PATH, then JupyterLab and a framework of another version than .venv's.
 *
 * The environment is kept for as long as what it is made from stays the same; test/browser-wheel drives its
 * JupyterLab.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildHash } from './build.mjs';
import { CACHE, hashOf, must, once, packaging, step, venvBin } from './lib.mjs';

const HOME = join(CACHE, 'wheel');
const DIST = join(HOME, 'dist');
const VENV = join(HOME, 'venv');
/** Python looks for modules where it is started: here there are none. */
const EMPTY = join(HOME, 'empty');
const DECLARED = ['ipywidgets', 'numpy', 'pillow', 'pyarrow'];
const FRAMEWORKS = ['flax', 'jax', 'keras', 'onnx', 'tensorflow', 'torch', 'transformers'];

/** What a person who was given the wheel would add to it. */
const COMPANY = ['jupyterlab>=4.4,<5', 'torch==2.13.0'];

/** Python of the clean environment: its own programs on PATH and no others, in an empty folder. */
function clean(args, options = {}) {
  mkdirSync(EMPTY, { recursive: true });
  return must([venvBin('python', VENV), ...args], {
    cwd: EMPTY,
    ...options,
    env: {
      PATH: dirname(venvBin('python', VENV)),
      PYTHONPATH: '',
      JUPYTER_CONFIG_DIR: join(HOME, 'config'),
      JUPYTER_DATA_DIR: join(HOME, 'data'),
      ...options.env
    }
  });
}

const theWheel = () => readdirSync(DIST).map(name => join(DIST, name))[0];

async function buildWheel() {
  rmSync(DIST, { recursive: true, force: true });
  mkdirSync(DIST, { recursive: true });
  await must([venvBin('python'), '-m', 'build', '--wheel', '--outdir', DIST]);
}

async function makeEnvironment() {
  rmSync(VENV, { recursive: true, force: true });
  await must([venvBin('python'), '-m', 'venv', VENV]);
  await clean(['-m', 'pip', 'install', '-q', theWheel()]);
  await importAlone();
  await clean(['-m', 'pip', 'install', '-q', '--no-compile', ...COMPANY]);
}

/** Imports modelview where nothing but it and its dependencies is installed. */
async function importAlone() {
  const names = JSON.stringify(FRAMEWORKS);
  await clean([
    '-c',
    `import sys, importlib.util as u, modelview
there = [n for n in ${names} if u.find_spec(n)]
assert not there, f'this environment is not clean: {there}'`
  ]);
}

/** What must hold; each is a test with a name. */
const CHECKS = {
  'the wheel carries the built extension once, and no sources': async () => {
    const list = 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\\n")';
    const names = (await clean(['-c', list, theWheel()])).trim().split('\n');
    const entries = names.filter(name => /static\/remoteEntry\.\w+\.js$/.test(name));
    const home = /^modelview-[^/]+\.data\/data\/share\/jupyter\/labextensions\/modelview\//;
    if (entries.length !== 1 || !home.test(entries[0])) {
      throw new Error(`expected one remoteEntry in share/jupyter, found: ${entries.join(', ')}`);
    }
    if (!names.some(name => name.endsWith('labextensions/modelview/install.json'))) {
      throw new Error('install.json is missing');
    }
    const stray = names.filter(name => /\.(tsx?|map|glsl)$|node_modules|(^|\/)tests?\//.test(name));
    if (stray.length > 0) {
      throw new Error(`does not belong into a wheel: ${stray.join(', ')}`);
    }
  },

  'it needs what it declares: ipywidgets, numpy, pillow, pyarrow': async () => {
    const ask = `import importlib.metadata as m, re
print(*sorted(re.match(r'[\\w-]+', r)[0].lower() for r in m.requires('modelview') if 'extra ==' not in r))`;
    const found = (await clean(['-c', ask])).trim();
    if (found !== DECLARED.join(' ')) {
      throw new Error(`the wheel's metadata names: ${found}`);
    }
  },

  'JupyterLab lists the extension as enabled and OK': async () => {
    const list = await clean(['-m', 'jupyter', 'labextension', 'list']);
    if (!/modelview v\S+ .*enabled.*OK/.test(list)) {
      throw new Error(`jupyter labextension list says:\n${list}`);
    }
  },

  'importing modelview imports no framework, and does not draw': async () => {
    const names = JSON.stringify([...FRAMEWORKS, 'PIL', 'matplotlib', 'pandas', 'scipy']);
    const ask = `import sys, modelview; print(*[n for n in ${names} if n in sys.modules])`;
    const found = (await clean(['-c', ask])).trim();
    if (found) {
      throw new Error(`import modelview also imports ${found}`);
    }
  }
};

/**
 * Makes the environment if need be, and checks it.
 * Returns `{python, results: [{name, error?}]}`; `python` is undefined where there is no environment to drive.
 */
export async function wheelCheck() {
  const results = [];
  const check = async (name, work) => {
    try {
      await work();
      results.push({ name });
      return true;
    } catch (error) {
      results.push({ name, error: error.message });
      return false;
    }
  };

  const dependencies = hashOf(['scripts/wheel-check.mjs'], packaging());
  const contents = hashOf(['python-bridge/modelview', 'README.md'], packaging(), buildHash());
  const made = await check('it builds, and installs where there is no Node', async () => {
    const stamp = join(HOME, '.contents-stamp');
    await once(stamp, contents, async () => {
      await step('wheel', buildWheel);
      const fresh = await once(join(HOME, '.environment-stamp'), dependencies, () =>
        step('clean environment', makeEnvironment)
      );
      if (!fresh) {
        const flags = ['-q', '--force-reinstall', '--no-deps'];
        await step('wheel into the clean environment', () => clean(['-m', 'pip', 'install', ...flags, theWheel()]));
      }
    });
  });
  if (!made) {
    return { python: undefined, results };
  }
  for (const [name, work] of Object.entries(CHECKS)) {
    await check(name, work);
  }
  return { python: venvBin('python', VENV), results };
}
