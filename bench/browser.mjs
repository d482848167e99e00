/**
 * One headless Chromium, driven through its own pipe with as little as can be.
 *
 * Not Playwright: it listens to the network of every page it opens, so the browser would hand each websocket frame to
 * it, as text. A 90 MB frame of a peer would be timed together with its 120 MB copy to us.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM_FLAGS, findChromium } from '../scripts/chromium.mjs';

export const VIEWPORT = { width: 1280, height: 1000 };

/** What a page answers when it is asked for longer than it was given. */
export class Timeout extends Error {}

export async function startBrowser() {
  const profile = mkdtempSync(join(tmpdir(), 'modelview-bench-chromium-'));
  const child = spawn(
    findChromium(),
    [
      '--headless=new',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      `--window-size=${VIEWPORT.width},${VIEWPORT.height}`,
      '--force-device-scale-factor=1',
      '--hide-scrollbars',
      ...CHROMIUM_FLAGS,
      'about:blank'
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true }
  );
  const wire = connect(child);
  const { product } = await wire.send('Browser.getVersion');
  return {
    version: product.replace(/^\w*Chrom\w*\//, 'Chromium '),
    /** A new tab; `script` runs in each of its documents before anything else. */
    async open(url, script) {
      const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await wire.send('Target.attachToTarget', { targetId, flatten: true });
      const page = new Page(wire, sessionId, targetId);
      await page.send('Page.enable');
      await page.send('Page.addScriptToEvaluateOnNewDocument', { source: script });
      await page.send('Page.navigate', { url });
      return page;
    },
    async close() {
      await Promise.race([wire.send('Browser.close').catch(() => undefined), new Promise(r => setTimeout(r, 3000))]);
      try {
        process.kill(-child.pid, 'SIGKILL'); // the process group that was made for it
      } catch {
        // It has ended.
      }
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  };
}

/** The Chrome DevTools Protocol over file descriptors 3 and 4: JSON, each message ended by a zero byte. */
function connect(child) {
  const [, , , down, up] = child.stdio;
  const waiting = new Map();
  const listeners = new Set();
  let next = 0;
  let chunks = [];
  let ended;
  up.on('data', chunk => {
    for (let end; (end = chunk.indexOf(0)) >= 0; chunk = chunk.subarray(end + 1)) {
      chunks.push(chunk.subarray(0, end));
      take(JSON.parse(Buffer.concat(chunks).toString()));
      chunks = [];
    }
    chunks.push(chunk);
  });
  const end = reason => {
    ended = new Error(`Chromium ended: ${reason}.`);
    for (const { reject } of waiting.values()) {
      reject(ended);
    }
    waiting.clear();
  };
  child.on('exit', (code, signal) => end(signal ?? `code ${code}`));
  child.on('error', error => end(error.message));
  down.on('error', error => end(error.message));
  const take = message => {
    const asked = waiting.get(message.id);
    if (!asked) {
      listeners.forEach(listener => listener(message));
    } else {
      waiting.delete(message.id);
      if (message.error) {
        asked.reject(new Error(`${asked.method}: ${message.error.message}`));
      } else {
        asked.resolve(message.result);
      }
    }
  };
  return {
    listeners,
    send(method, params = {}, sessionId = undefined) {
      return new Promise((resolve, reject) => {
        if (ended) {
          reject(ended);
          return;
        }
        const id = ++next;
        waiting.set(id, { resolve, reject, method });
        down.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      });
    }
  };
}

class Page {
  constructor(wire, sessionId, targetId) {
    this.wire = wire;
    this.sessionId = sessionId;
    this.targetId = targetId;
  }

  send(method, params) {
    return this.wire.send(method, params, this.sessionId);
  }

  /** Calls `listener(params)` for an event; returns a function that ends it. */
  on(method, listener) {
    const all = message => {
      if (message.sessionId === this.sessionId && message.method === method) {
        listener(message.params);
      }
    };
    this.wire.listeners.add(all);
    return () => this.wire.listeners.delete(all);
  }

  /** Runs a function in the page, awaits it there, and returns its result as JSON. */
  async call(work, ...args) {
    return this.evaluate(`(${work})(...${JSON.stringify(args)})`);
  }

  /** Evaluates an expression, gives it `timeout` milliseconds, and returns what it resolves to. */
  async evaluate(expression, timeout = 300_000) {
    const asked = this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Timeout(`no answer from the page in ${timeout / 1000} s`)), timeout);
    });
    const { result, exceptionDetails } = await Promise.race([asked, late]).finally(() => clearTimeout(timer));
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  /** Waits until an expression is true in the page. */
  async until(expression, timeout = 60_000) {
    const end = Date.now() + timeout;
    while (!(await this.evaluate(`Boolean(${expression})`, timeout).catch(() => false))) {
      if (Date.now() > end) {
        throw new Timeout(`waited ${timeout / 1000} s for ${expression}`);
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** A picture of the page, for whoever wants to see what was measured. */
  async screenshot() {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data, 'base64');
  }

  close() {
    return this.wire.send('Target.closeTarget', { targetId: this.targetId });
  }
}
