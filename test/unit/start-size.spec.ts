/**
 * What JupyterLab's start loads of this extension, found out by loading it as JupyterLab does: run the remote
 * entry, initialise its share scope, and ask for the modules that its package.json names. Every script that
 * webpack's runtime asks for meanwhile is counted.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';

const LABEXTENSION = join(__dirname, '../../python-bridge/modelview/labextension');
const BUDGET = 20 * 1024;

interface IBuild {
  load: string;
  extension?: string;
  mimeExtension?: string;
  style?: string;
}

interface IContainer {
  init: (scope: object) => Promise<void>;
  get: (module: string) => Promise<() => { default?: unknown }>;
}

/** Stands for whatever JupyterLab shares (tokens, base classes): nothing of it is called at start. */
function anything(): unknown {
  const base = jest.fn();
  return new Proxy(base, {
    // Not a promise, and with a prototype, so that it can be awaited and extended.
    get: (_, name) => (name === 'then' ? undefined : name === 'prototype' ? {} : anything())
  });
}

/** A share scope that has every package, in every version. */
function everyPackage(): object {
  const provided = {
    '99.0.0': { get: () => Promise.resolve(anything), from: 'jupyterlab', eager: true }
  };
  const own = { value: provided, configurable: true, enumerable: true, writable: true };
  return new Proxy({}, { get: () => provided, getOwnPropertyDescriptor: () => own });
}

/** Runs the built extension's start; returns the plugins and the bytes of each script that was loaded. */
async function start() {
  const { jupyterlab } = JSON.parse(readFileSync(join(LABEXTENSION, 'package.json'), 'utf8')) as {
    jupyterlab: { _build: IBuild };
  };
  const { load, extension, mimeExtension, style } = jupyterlab._build;
  const bytes = new Map<string, number>();
  const execute = (url: string) => {
    const file = url.slice(url.indexOf('static/')).replace(/\?.*/, '');
    const source = readFileSync(join(LABEXTENSION, file));
    bytes.set(file, source.length);
    runInContext(source.toString(), page, { filename: file });
  };
  const page = createContext({
    // It warns that our stand-ins have strange versions.
    console: { warn: () => undefined },
    setTimeout,
    clearTimeout,
    document: {
      baseURI: 'http://lab/',
      currentScript: { tagName: 'SCRIPT', src: `http://lab/${load}` },
      getElementsByTagName: () => [],
      createElement: () => ({ setAttribute: () => undefined, getAttribute: () => null }),
      head: {
        appendChild: (script: { src: string; onload: (event: object) => void }) => {
          execute(script.src);
          setTimeout(() => script.onload({ type: 'load', target: script }));
        }
      }
    }
  }) as { self?: object; window?: object; _JUPYTERLAB?: Record<string, IContainer> };
  page.self = page.window = page;

  execute(load);
  const container = page._JUPYTERLAB!.modelview!;
  await container.init(everyPackage());
  const plugins: unknown[] = [];
  for (const name of [style, extension, mimeExtension]) {
    if (name) {
      plugins.push((await container.get(name))().default);
    }
  }
  return { plugins: plugins.flat(), bytes };
}

describe("JupyterLab's start", () => {
  it('finds a built extension (npm run build)', () => {
    expect(existsSync(join(LABEXTENSION, 'package.json'))).toBe(true);
  });

  it('loads the plugins, and at most 20 KB for them', async () => {
    const { plugins, bytes } = await start();
    expect(plugins).toContainEqual(expect.objectContaining({ id: 'modelview:widget' }));
    expect(bytes.size).toBeGreaterThan(1);
    expect([...bytes.values()].reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(BUDGET);
  });
});
