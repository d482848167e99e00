/**
 * Browser tests: a real Chromium, a real JupyterLab, a real kernel.
 *
 * `npm run test:browser` runs test/browser against .venv; `npm run test:wheel` runs test/browser-wheel against
 * the clean environment that scripts/wheel-check.mjs made, whose Python it names in MODELVIEW_WHEEL_PYTHON.
 */
import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.mjs';
import { freePort, labCommand, makeHome } from './scripts/lab.mjs';

const wheelPython = process.env.MODELVIEW_WHEEL_PYTHON;

// Workers load this file again: what the first load chose reaches them through the environment.
process.env.MODELVIEW_LAB_PORT ??= String(freePort());
process.env.MODELVIEW_LAB_HOME ??= makeHome().home;

const lab = labCommand({
  port: Number(process.env.MODELVIEW_LAB_PORT),
  home: process.env.MODELVIEW_LAB_HOME,
  ...(wheelPython ? { python: wheelPython } : {})
});
const quoted = [lab.command, ...lab.args].map(word => JSON.stringify(word)).join(' ');
const executablePath = findChromium();

export default defineConfig({
  testDir: wheelPython ? 'test/browser-wheel' : 'test/browser',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // One JupyterLab and two cores: tests that measure time must not share them.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    baseURL: lab.url,
    viewport: { width: 1280, height: 900 },
    // A trace's snapshot of every step, of a page full of pictures, makes the suite five times as slow: ask for it by --trace on.
    trace: 'off',
    screenshot: 'only-on-failure',
    // New headless: the old one (chrome-headless-shell) has no GPU process.
    channel: 'chromium',
    launchOptions: {
      args: CHROMIUM_FLAGS,
      ...(executablePath ? { executablePath } : {})
    }
  },
  webServer: {
    command: quoted,
    url: `${lab.url}/api`,
    env: lab.env,
    cwd: process.env.MODELVIEW_LAB_HOME,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
    timeout: 120_000,
    stdout: 'ignore',
    stderr: process.env.DEBUG ? 'pipe' : 'ignore'
  }
});
