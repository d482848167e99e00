/** What the scripts share: paths, processes and hashes. Node alone, since they run before anything is installed. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const CACHE = join(ROOT, '.cache');
export const LABEXTENSION = join(ROOT, 'python-bridge', 'modelview', 'labextension');
const WINDOWS = process.platform === 'win32';

/** The environment the scripts were started in, less what npm adds for its own children. */
export const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)_/i.test(name))
);

/** A program of a virtual environment, the project's own unless another is named. */
export function venvBin(name, venv = join(ROOT, '.venv')) {
  return WINDOWS ? join(venv, 'Scripts', `${name}.exe`) : join(venv, 'bin', name);
}

/** A program that npm installed, as arguments for Node. */
export function nodeBin(packageName, bin = packageName) {
  const directory = join(ROOT, 'node_modules', packageName);
  const entry = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).bin;
  return [process.execPath, join(directory, typeof entry === 'string' ? entry : entry[bin])];
}

/** Where a program lies on PATH, or undefined. */
export function which(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map(directory => join(directory, WINDOWS ? `${name}.exe` : name))
    .find(path => existsSync(path) && statSync(path).isFile());
}

/**
 * Runs a command to its end. `capture` keeps what it prints instead of showing it.
 * Returns `{code, output, milliseconds}`: a command that cannot be started has code 127.
 */
export function run([command, ...args], { capture = false, cwd = ROOT, env = {} } = {}) {
  const start = Date.now();
  return new Promise(resolve => {
    const child = spawn(command, args, {
      cwd,
      env: { ...ENV, ...env },
      stdio: capture ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: WINDOWS && command === 'npm'
    });
    const chunks = [];
    child.stdout?.on('data', chunk => chunks.push(chunk));
    child.stderr?.on('data', chunk => chunks.push(chunk));
    const end = (code, text = '') =>
      resolve({
        code,
        output: Buffer.concat(chunks).toString() + text,
        milliseconds: Date.now() - start
      });
    child.on('error', error => end(127, String(error)));
    child.on('close', code => end(code ?? 1));
  });
}

/** Runs a command whose output matters only when it fails; throws with that output. */
export async function must(command, options = {}) {
  const result = await run(command, { capture: true, ...options });
  if (result.code !== 0) {
    throw new Error(`${command.join(' ')}\n${result.output}\nended with code ${result.code}.`);
  }
  return result.output;
}

/** Says that a slow step has begun, does it, and says how long it took. */
export async function step(label, work) {
  const start = Date.now();
  console.log(`  … ${label}`);
  const result = await work();
  console.log(`  ✓ ${label} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  return result;
}

const IGNORED = new Set(['__pycache__', '.ipynb_checkpoints', 'labextension']);

function filesUnder(path) {
  if (!existsSync(path)) {
    return [];
  }
  if (statSync(path).isFile()) {
    return [path];
  }
  return readdirSync(path)
    .filter(name => !IGNORED.has(name))
    .sort()
    .flatMap(name => filesUnder(join(path, name)));
}

/** A hash of files and folders (paths from the root), and of whatever else decides a result. */
export function hashOf(paths, ...facts) {
  const hash = createHash('sha256').update(JSON.stringify(facts));
  for (const file of paths.flatMap(path => filesUnder(join(ROOT, path)))) {
    hash.update(`\0${relative(ROOT, file).split(sep).join('/')}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 32);
}

/** What of pyproject.toml decides how the package is built and what it needs: not the settings of linters. */
export function packaging() {
  return readFileSync(join(ROOT, 'pyproject.toml'), 'utf8')
    .split(/^(?=\[)/m)
    .filter(section => /^\[(build-system|project|tool\.hatch)[\].]/.test(section))
    .join('');
}

/** Does the work unless the stamp says that it was done for the same hash. Returns whether it worked. */
export async function once(stamp, hash, work) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    return false;
  }
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return true;
}

/** Whether this file is the program that Node was asked to run, rather than an import. */
export function isMain(url) {
  return process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href;
}

/** Runs a script's main function; an error is printed without a stack, and is the exit code. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(`\n${process.env.DEBUG ? error.stack : error.message}`);
    process.exitCode = 1;
  }
}
