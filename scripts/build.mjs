/**
 * `npm run build`: TypeScript to lib/, then webpack to python-bridge/modelview/labextension.
 *
 * Needs neither Python nor the network: what @jupyterlab/builder has to know about JupyterLab itself (the
 * packages that it shares) comes from the npm package @jupyterlab/core-meta.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CACHE, LABEXTENSION, ROOT, hashOf, isMain, main, must, nodeBin, once, step } from './lib.mjs';

const INPUTS = [
  'src',
  'style',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'webpack.config.js',
  'scripts/build.mjs'
];
const STAMP = join(ROOT, 'lib', '.build-stamp');

/** JSON that both languages read lies with the Python package. */
const sharedJson = () =>
  readdirSync(dirname(LABEXTENSION))
    .filter(name => name.endsWith('.json'))
    .map(name => `python-bridge/modelview/${name}`);

export const buildHash = () => hashOf([...INPUTS, ...sharedJson()]);

async function compile() {
  const lib = join(ROOT, 'lib');
  rmSync(lib, { recursive: true, force: true });
  await must([...nodeBin('typescript', 'tsc'), '-p', 'tsconfig.build.json']);
  // tsc leaves behind what it does not compile.
  for (const file of readdirSync(join(ROOT, 'src'), { recursive: true })) {
    if (file.endsWith('.glsl')) {
      cpSync(join(ROOT, 'src', file), join(lib, file));
    }
  }
}

async function bundle() {
  const core = join(CACHE, 'jupyterlab-core');
  mkdirSync(core, { recursive: true });
  cpSync(join(ROOT, 'node_modules', '@jupyterlab', 'core-meta', 'core.package.json'), join(core, 'package.json'));
  rmSync(LABEXTENSION, { recursive: true, force: true });
  await must([...nodeBin('@jupyterlab/builder', 'build-labextension'), '--core-path', core, '.']);
  if (!existsSync(join(LABEXTENSION, 'package.json'))) {
    throw new Error(`webpack ended well, but ${relative(ROOT, LABEXTENSION)} is empty.`);
  }
}

/** Builds the extension if a file that it is made from has changed. */
export function build() {
  if (!existsSync(join(LABEXTENSION, 'package.json'))) {
    rmSync(STAMP, { force: true });
  }
  return once(STAMP, buildHash(), async () => {
    await step('TypeScript', compile);
    await step('JupyterLab extension', bundle);
  });
}

if (isMain(import.meta.url)) {
  void main(async () => {
    if (!(await build())) {
      console.log('  ✓ already built');
    }
  });
}
