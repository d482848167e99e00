/**
 * `npm test`: sets up, runs every suite, goes on after failures, and ends with a line 'N passed, N failed'.
 *
 * `node scripts/test.mjs unit [arguments]` runs one suite, and hands its tool the arguments.
 * A suite that fails without saying which test did, or that ran no test, counts as one failure.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { makeHome } from './lab.mjs';
import { CACHE, isMain, main, nodeBin, run, venvBin } from './lib.mjs';
import { setup } from './setup.mjs';
import { wheelCheck } from './wheel-check.mjs';

const REPORTS = join(CACHE, 'reports');
/** That are used at once: each may take some GB. */
const PROCESSORS = Math.min(4, availableParallelism());

/** Runs one tool that writes a report, and counts what the report says. */
async function counted(command, report, count, env = () => ({})) {
  const file = join(REPORTS, report);
  rmSync(file, { force: true });
  const { code } = await run(command(file), { env: env(file) });
  let counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    counts = count(readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`no report: ${error.message}`);
  }
  return { ...counts, code };
}

const LINTERS = [
  ['eslint', () => [...nodeBin('eslint'), '.']],
  ['prettier', () => [...nodeBin('prettier'), '--check', '--log-level=warn', '.']],
  ['tsc', () => [...nodeBin('typescript', 'tsc'), '-p', '.']],
  ['ruff check', () => [venvBin('ruff'), 'check', '--quiet', '.']],
  ['ruff format', () => [venvBin('ruff'), 'format', '--check', '--quiet', '.']],
  ['mypy', () => [venvBin('mypy'), '--no-error-summary']],
  ['lint-imports', () => [venvBin('lint-imports'), '--no-cache']]
];

/** Each linter is one test; a quiet one that fails has its output shown. They run on as many processors as there are. */
async function lint() {
  let failed = 0;
  const waiting = [...LINTERS];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, command] = next;
      const { code, output, milliseconds } = await run(command(), { capture: true });
      console.log(`  ${code === 0 ? '✓' : '✗'} ${name} (${(milliseconds / 1000).toFixed(1)} s)`);
      if (code !== 0) {
        failed += 1;
        console.log(output);
      }
    }
  };
  await Promise.all(Array.from({ length: PROCESSORS }, work));
  return { passed: LINTERS.length - failed, failed, skipped: 0, code: failed };
}

function unit(args) {
  return counted(
    file => [...nodeBin('jest'), '--json', `--outputFile=${file}`, ...args],
    'unit.json',
    text => {
      const report = JSON.parse(text);
      return {
        passed: report.numPassedTests,
        // A file that does not compile has no tests to count.
        failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
        skipped: report.numPendingTests + report.numTodoTests
      };
    }
  );
}

/** As many processes as there are processors, each with files of its own, and one thread of arithmetic in each. */
const SIDE_BY_SIDE = process.platform === 'win32' ? [] : ['-n', String(PROCESSORS), '--dist', 'loadfile'];

function python(args) {
  return counted(
    file => [venvBin('python'), '-m', 'pytest', '-q', ...SIDE_BY_SIDE, `--junitxml=${file}`, ...args],
    'python.xml',
    text => {
      const suite = text.match(/<testsuite [^>]*>/)[0];
      const [tests, failures, errors, skipped] = ['tests', 'failures', 'errors', 'skipped'].map(name =>
        Number(suite.match(new RegExp(` ${name}="(\\d+)"`))[1])
      );
      return { passed: tests - failures - errors - skipped, failed: failures + errors, skipped };
    },
    () => ({ OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' })
  );
}

async function browser(args, env = {}) {
  const { home } = makeHome();
  try {
    return await counted(
      () => [...nodeBin('@playwright/test', 'playwright'), 'test', '--reporter=list,json', ...args],
      'browser.json',
      text => {
        const { expected, unexpected, flaky, skipped } = JSON.parse(text).stats;
        return { passed: expected, failed: unexpected + flaky, skipped };
      },
      file => ({ PLAYWRIGHT_JSON_OUTPUT_FILE: file, MODELVIEW_LAB_HOME: home, ...env })
    );
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function wheel(args) {
  const { python: wheelPython, results } = await wheelCheck();
  for (const { name, error } of results) {
    console.log(`  ${error ? '✗' : '✓'} ${name}`);
    if (error) {
      console.log(error);
    }
  }
  const failed = results.filter(({ error }) => error).length;
  const passed = results.length - failed;
  if (!wheelPython) {
    return { passed, failed, skipped: 0, code: 1 };
  }
  const driven = await browser(args, { MODELVIEW_WHEEL_PYTHON: wheelPython });
  return {
    passed: passed + driven.passed,
    failed: failed + driven.failed,
    skipped: driven.skipped,
    // As above, for the half that a tool of its own counts.
    code: driven.code || (driven.passed ? 0 : 1)
  };
}

const SUITES = { lint, unit, python, browser, wheel };

/** Those that look at the built extension. */
const NEED_BUILD = ['unit', 'browser', 'wheel'];

const line = (name, passed, failed, milliseconds, notes) =>
  [
    `${failed ? '✗' : '✓'} ${name.padEnd(8)}`,
    `${String(passed).padStart(5)} passed`,
    `${String(failed).padStart(4)} failed`,
    `${(milliseconds / 1000).toFixed(0).padStart(5)} s`,
    notes.join(', ')
  ]
    .join(' ')
    .trimEnd();

async function test([only, ...args]) {
  if (only !== undefined && !(only in SUITES)) {
    throw new Error(`'${only}' is not a suite: there are ${Object.keys(SUITES).join(', ')}.`);
  }
  let names = only === undefined ? Object.keys(SUITES) : [only];
  const lines = [];
  const total = { passed: 0, failed: 0 };
  try {
    await setup({
      browser: names.includes('browser') || names.includes('wheel'),
      extension: names.some(name => NEED_BUILD.includes(name))
    });
  } catch (error) {
    if (error.step !== 'build') {
      throw error;
    }
    console.error(`\n${error.message}`);
    const kept = names.filter(name => name === 'unit' || !NEED_BUILD.includes(name));
    const left = names.filter(name => !kept.includes(name));
    lines.push(line('build', 0, 1, 0, left.length ? [`not run: ${left.join(', ')}`] : []));
    total.failed = 1;
    names = kept;
  }
  mkdirSync(REPORTS, { recursive: true });

  for (const name of names) {
    console.log(`\n${name}`);
    const start = Date.now();
    const result = await SUITES[name](args);
    const { passed, skipped, code } = result;
    let { failed } = result;
    const notes = skipped > 0 ? [`${skipped} skipped`] : [];
    if (failed === 0 && passed === 0) {
      failed = 1;
      notes.push('ran no test');
    } else if (failed === 0 && code !== 0) {
      failed = 1;
      notes.push(`ended with code ${code}`);
    }
    total.passed += passed;
    total.failed += failed;
    lines.push(line(name, passed, failed, Date.now() - start, notes));
  }
  console.log(`\n${lines.join('\n')}`);
  return total;
}

if (isMain(import.meta.url)) {
  void main(async () => {
    let total = { passed: 0, failed: 1 };
    try {
      total = await test(process.argv.slice(2));
    } catch (error) {
      console.error(`\n${process.env.DEBUG ? error.stack : error.message}\n`);
    }
    console.log(`${total.passed} passed, ${total.failed} failed`);
    return total.failed === 0 ? 0 : 1;
  });
}
