/**
 * `npm run setup`: from a fresh clone to something that runs. Each step has a stamp (a hash of all that decides
 * its result), so that the second time costs a fraction of a second.
 *
 *   node_modules   npm ci                             package-lock.json, the version of Node
 *   .venv          pip install -e .[test,examples]    pyproject.toml, the version of Python
 *   labextension   scripts/build.mjs                  src/, style/, and what configures the build
 *   Chromium       scripts/chromium.mjs               with --browser
 *   peers          pip install -e .[bench]            with --bench
 */
import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { LABEXTENSION, ROOT, hashOf, isMain, main, must, once, packaging, run, step, venvBin } from './lib.mjs';

const VENV = join(ROOT, '.venv');
const LINK = join(VENV, 'share', 'jupyter', 'labextensions', 'modelview');
const OLDEST_PYTHON = [3, 10];

/** The Python to make .venv with, $PYTHON or the first on PATH that is new enough: `{command, version}`. */
async function findPython() {
  const candidates = process.env.PYTHON
    ? [process.env.PYTHON]
    : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  const ask = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';
  for (const command of candidates) {
    const { code, output } = await run([command, '-c', ask], { capture: true });
    const [major, minor] = output.trim().split('.').map(Number);
    if (code === 0 && (major > OLDEST_PYTHON[0] || minor >= OLDEST_PYTHON[1])) {
      return { command, version: output.trim() };
    }
  }
  throw new Error(
    `modelview needs Python ${OLDEST_PYTHON.join('.')} or newer with venv and pip; tried ${candidates.join(', ')}. ` +
      'Install one (Debian: python3-venv), or set PYTHON to its path.'
  );
}

function npmPackages() {
  const hash = hashOf(['package-lock.json'], process.version);
  return once(join(ROOT, 'node_modules', '.setup-stamp'), hash, () =>
    step('npm packages', () => must(['npm', 'ci', '--no-audit', '--no-fund']))
  );
}

/** Installs this package and some of its extras, editable. */
async function install(extras) {
  // The build hook would build the extension, and the install would copy it: setup builds it once, and links it.
  mkdirSync(LABEXTENSION, { recursive: true });
  rmSync(LINK, { recursive: true, force: true });
  // Most of 24,000 modules are never imported: Python compiles those that are, when they are.
  await must([venvBin('python'), '-m', 'pip', 'install', '-q', '--no-compile', '-e', `.[${extras}]`], {
    env: { SKIP_JUPYTER_BUILDER: '1' }
  });
}

async function pythonPackages({ bench }) {
  const python = await findPython();
  const hash = hashOf([], packaging(), python.version);
  await once(join(VENV, '.setup-stamp'), hash, () =>
    step('Python packages (several minutes the first time)', async () => {
      await must([python.command, '-m', 'venv', '--upgrade-deps', VENV]);
      await install('test,examples');
    })
  );
  if (bench) {
    await once(join(VENV, '.bench-stamp'), hash, () => step("the benchmark's peers", () => install('bench')));
  }
}

/** JupyterLab of .venv finds the extension where it is built. */
function linkExtension() {
  const linked = lstatSync(LINK, { throwIfNoEntry: false });
  if (linked?.isSymbolicLink() && readlinkSync(LINK) === LABEXTENSION) {
    return;
  }
  rmSync(LINK, { recursive: true, force: true });
  mkdirSync(dirname(LINK), { recursive: true });
  symlinkSync(LABEXTENSION, LINK, 'junction');
}

/**
 * Sets everything up: Chromium (`browser`), the benchmark's peers (`bench`) and the build (`extension`) where they are
 * asked for. An error of the build has `step: 'build'`: what does not need the extension can go on.
 */
export async function setup({ browser = false, bench = false, extension = true } = {}) {
  if (!existsSync(join(ROOT, 'package-lock.json'))) {
    throw new Error('package-lock.json is missing: this is not a whole checkout of modelview.');
  }
  console.log('setup');
  const settled = await Promise.allSettled([
    npmPackages().then(() => browser && ensureChromium()),
    pythonPackages({ bench })
  ]);
  const failure = settled.find(result => result.status === 'rejected');
  if (failure) {
    throw failure.reason;
  }
  linkExtension();
  if (extension) {
    await build().catch(error => {
      throw Object.assign(error, { step: 'build' });
    });
  }
}

if (isMain(import.meta.url)) {
  void main(async () => {
    await setup({ browser: process.argv.includes('--browser'), bench: process.argv.includes('--bench') });
    console.log('ready: `npm start` opens the quickstart, `npm test` runs every test');
  });
}
