/** The Chromium that draws for the browser tests and the benchmark: found, or installed. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMain, main, nodeBin, run, step, which } from './lib.mjs';

/**
 * WebGL without a GPU (SwiftShader, on the CPU) in a headless browser that talks to nobody. Where a real GPU
 * should draw, set `CHROMIUM_FLAGS` to other flags, separated by spaces.
 */
export const CHROMIUM_FLAGS = process.env.CHROMIUM_FLAGS?.split(/\s+/).filter(Boolean) ?? [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist'
];

function playwrightsOwn() {
  try {
    return createRequire(import.meta.url)('@playwright/test').chromium.executablePath();
  } catch {
    return undefined; // npm has not run yet
  }
}

/** The path of an installed Chromium: $CHROMIUM, one on PATH, Playwright's own; or undefined. */
export function findChromium() {
  if (process.env.CHROMIUM) {
    if (!existsSync(process.env.CHROMIUM)) {
      throw new Error(`CHROMIUM names ${process.env.CHROMIUM}, which does not exist.`);
    }
    return process.env.CHROMIUM;
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const candidates = [
    ...names.map(which),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    playwrightsOwn()
  ];
  return candidates.find(path => path !== undefined && existsSync(path));
}

const isDebian = () =>
  existsSync('/etc/os-release') &&
  /^ID="?debian/m.test(readFileSync('/etc/os-release', 'utf8')) &&
  which('apt-get') !== undefined;

/** Ways to install a Chromium, best first: Debian's own when we may, else Playwright's. */
function* waysToInstall() {
  if (isDebian() && process.getuid?.() === 0) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends'];
    yield {
      commands: [
        ['apt-get', 'update', '-q'],
        [...install, 'chromium', 'fonts-dejavu-core']
      ],
      env
    };
  }
  yield {
    commands: [[...nodeBin('@playwright/test', 'playwright'), 'install', 'chromium']],
    env: {}
  };
}

/** Finds a Chromium or installs one; throws a sentence that says what to do when neither works. */
export async function ensureChromium() {
  const found = findChromium();
  if (found) {
    return found;
  }
  return step('Chromium', async () => {
    const failures = [];
    for (const { commands, env } of waysToInstall()) {
      for (const command of commands) {
        const { code, output } = await run(command, { capture: true, env });
        if (code !== 0) {
          failures.push(`${command.join(' ')}\n${output.trim().split('\n').slice(-5).join('\n')}`);
          break;
        }
      }
      const installed = findChromium();
      if (installed) {
        return installed;
      }
    }
    throw new Error(
      `${failures.join('\n\n')}\n\nThe browser tests need a Chromium, and none could be installed. ` +
        'Install Chromium or Google Chrome, or set CHROMIUM to the path of one.'
    );
  });
}

if (isMain(import.meta.url)) {
  void main(async () => console.log(await ensureChromium()));
}
