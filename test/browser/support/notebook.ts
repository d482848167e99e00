/** A notebook in a real JupyterLab with a real kernel, driven by a test. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

const ROOT = join(process.env.MODELVIEW_LAB_HOME ?? '', 'notebooks');

interface Kernel {
  readonly status: string;
  requestExecute(content: object): {
    readonly done: Promise<{ readonly content: { user_expressions?: Record<string, Record<string, unknown>> } }>;
    dispose(): void;
  };
}

/** What tests use of JupyterLab's application object, which `expose_app_in_browser` puts on the window. */
interface LabWindow {
  readonly jupyterapp: {
    readonly restored: Promise<void>;
    readonly commands: { execute(id: string, args?: object): Promise<unknown> };
    readonly shell: {
      readonly currentWidget: {
        readonly content: { activeCellIndex: number; readonly widgets: readonly unknown[] };
        readonly sessionContext: {
          readonly ready: Promise<void>;
          readonly session: { readonly kernel: Kernel } | null;
          restartKernel(): Promise<void>;
          shutdown(): Promise<void>;
        };
        readonly context: { save(): Promise<void> };
      };
    };
  };
}

let counter = 0;

export class Notebook {
  private constructor(
    readonly page: Page,
    readonly path: string
  ) {}

  /** Opens a new notebook with these code cells. */
  static async withCells(page: Page, cells: readonly string[]): Promise<Notebook> {
    const name = `notebook-${process.pid}-${++counter}.ipynb`;
    const notebook = {
      cells: cells.map((source, i) => ({
        id: `cell-${i}`,
        cell_type: 'code',
        source,
        metadata: {},
        outputs: [],
        execution_count: null
      })),
      metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
      nbformat: 4,
      nbformat_minor: 5
    };
    writeFileSync(join(ROOT, name), JSON.stringify(notebook));
    return Notebook.open(page, name);
  }

  /** Opens a copy of a notebook of this repository. */
  static async copyOf(page: Page, file: string): Promise<Notebook> {
    const name = `${process.pid}-${++counter}-${basename(file)}`;
    copyFileSync(file, join(ROOT, name));
    return Notebook.open(page, name);
  }

  private static async open(page: Page, path: string): Promise<Notebook> {
    const notebook = new Notebook(page, path);
    await page.goto('/lab?reset');
    await notebook.show();
    return notebook;
  }

  /** Brings the notebook to the front, and waits for its kernel. */
  async show(): Promise<void> {
    await this.page.waitForFunction(() => 'jupyterapp' in window);
    await this.page.evaluate(async path => {
      const { jupyterapp } = window as unknown as LabWindow;
      await jupyterapp.restored;
      await jupyterapp.commands.execute('docmanager:open', { path, factory: 'Notebook' });
      await jupyterapp.shell.currentWidget.sessionContext.ready;
    }, this.path);
    await this.page.waitForFunction(() => {
      const { jupyterapp } = window as unknown as LabWindow;
      return jupyterapp.shell.currentWidget.sessionContext.session?.kernel.status === 'idle';
    });
  }

  /** Runs a cell and waits until it has ended. */
  async run(index: number): Promise<void> {
    await this.start(index);
    await this.page.evaluate(() => (window as unknown as { running: Promise<unknown> }).running);
  }

  /** Runs a cell, and does not wait for it. */
  async start(index: number): Promise<void> {
    await this.page.evaluate(cell => {
      const { jupyterapp } = window as unknown as LabWindow;
      jupyterapp.shell.currentWidget.content.activeCellIndex = cell;
      (window as unknown as { running: Promise<unknown> }).running = jupyterapp.commands.execute('notebook:run-cell');
    }, index);
  }

  async runAll(): Promise<void> {
    await this.page.evaluate(() =>
      (window as unknown as LabWindow).jupyterapp.commands.execute('notebook:run-all-cells')
    );
  }

  cell(index: number): Locator {
    return this.page.locator(`.jp-Notebook .jp-Cell[data-windowed-list-index="${index}"]`);
  }

  /** What modelview drew under a cell. */
  view(index: number): Locator {
    return this.cell(index).locator('.mv-root');
  }

  /** The value of a Python expression, through JSON. */
  async python<Value>(expression: string): Promise<Value> {
    const reply = await this.page.evaluate(async code => {
      const { jupyterapp } = window as unknown as LabWindow;
      const kernel = jupyterapp.shell.currentWidget.sessionContext.session!.kernel;
      const future = kernel.requestExecute({
        code: 'import json as _json',
        silent: true,
        store_history: false,
        user_expressions: { value: code }
      });
      const { content } = await future.done;
      return content.user_expressions?.value ?? { status: 'no answer' };
    }, `_json.dumps(${expression})`);
    if (reply.status !== 'ok') {
      throw new Error(`${expression}: ${JSON.stringify(reply)}`);
    }
    // The repr of a str: Python quotes what JSON has escaped once more.
    const { 'text/plain': text } = reply.data as Record<string, string>;
    return JSON.parse(unquoted(text!)) as Value;
  }

  async restartKernel(): Promise<void> {
    await this.page.evaluate(() =>
      (window as unknown as LabWindow).jupyterapp.shell.currentWidget.sessionContext.restartKernel()
    );
  }

  async shutdownKernel(): Promise<void> {
    await this.page.evaluate(() =>
      (window as unknown as LabWindow).jupyterapp.shell.currentWidget.sessionContext.shutdown()
    );
  }

  async save(): Promise<void> {
    await this.page.evaluate(() => (window as unknown as LabWindow).jupyterapp.shell.currentWidget.context.save());
  }
}

/** What a Python string literal of ASCII characters says (JSON is ASCII: `json.dumps` escapes the rest). */
function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(['\\"])/g, '$1');
}
