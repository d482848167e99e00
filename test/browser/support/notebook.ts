/** A notebook in a real JupyterLab with a real kernel, driven by a test. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { Locator, Page } from '@playwright/test';

const ROOT = join(process.env.MODELVIEW_LAB_HOME ?? '', 'notebooks');

interface Reply {
  readonly status: string;
  readonly evalue?: string;
  readonly user_expressions?: Record<string, Record<string, unknown>>;
}

interface Kernel {
  readonly status: string;
  commsOverSubshells?: string;
  requestExecute(content: object): { readonly done: Promise<{ readonly content: Reply }> };
}

interface Output {
  readonly output_type: string;
  readonly evalue?: string;
}

/** A widget of ours, or one that holds one. */
interface LuminoWidget {
  children(): Iterable<LuminoWidget>;
  readonly _view?: { readonly model: { readonly constructor: { readonly held?: () => Held } } };
}

/** What the page holds for all views: `ModelViewModel.held()`. */
export interface Held {
  readonly contexts: number;
  readonly textures: number;
  readonly textureBytes: number;
  readonly views: number;
  readonly draws: number;
  readonly tiles: number;
  readonly tileBytes: number;
}

/** What tests use of JupyterLab's application object, which `expose_app_in_browser` puts on the window. */
interface LabWindow {
  readonly jupyterapp: {
    readonly restored: Promise<void>;
    readonly commands: { execute(id: string, args?: object): Promise<unknown> };
    readonly shell: {
      collapseLeft(): void;
      readonly currentWidget: {
        readonly content: {
          activeCellIndex: number;
          notebookConfig: object;
          readonly widgets: readonly {
            readonly model: { readonly type: string; readonly outputs?: { toJSON(): Output[] } };
          }[];
          scrollToItem(index: number, align?: string): Promise<void>;
          children(): Iterable<LuminoWidget>;
        };
        close(): void;
        readonly sessionContext: {
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
      // The file browser would take a quarter of what is to be looked at.
      jupyterapp.shell.collapseLeft();
    }, this.path);
    await this.page.waitForFunction(() => {
      const { shell } = (window as unknown as LabWindow).jupyterapp;
      // Nothing, or a notebook without a kernel, for a moment.
      const panel = shell.currentWidget as Partial<typeof shell.currentWidget> | null;
      const session = panel?.sessionContext?.session as { readonly kernel: Kernel | null } | null | undefined;
      return session?.kernel?.status === 'idle';
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
      const state = window as unknown as { running: Promise<unknown>; isRunning: boolean };
      state.isRunning = true;
      state.running = jupyterapp.commands.execute('notebook:run-cell').finally(() => (state.isRunning = false));
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
    const reply = await this.ask('import json as _json', { value: `_json.dumps(${expression})` });
    const value = reply.user_expressions?.value ?? { status: 'no answer' };
    if (value.status !== 'ok') {
      throw new Error(`${expression}: ${JSON.stringify(value)}`);
    }
    // The repr of a str: Python quotes what JSON has escaped once more.
    const { 'text/plain': text } = value.data as Record<string, string>;
    return JSON.parse(unquoted(text!)) as Value;
  }

  /** Runs Python that no cell holds. */
  async execute(code: string): Promise<void> {
    const reply = await this.ask(code, {});
    if (reply.status !== 'ok') {
      throw new Error(`${code}: ${reply.evalue}`);
    }
  }

  private ask(code: string, expressions: Record<string, string>): Promise<Reply> {
    return this.page.evaluate(
      async ([code, user_expressions]) => {
        const { jupyterapp } = window as unknown as LabWindow;
        const kernel = jupyterapp.shell.currentWidget.sessionContext.session!.kernel;
        const future = kernel.requestExecute({ code, silent: true, store_history: false, user_expressions });
        return (await future.done).content;
      },
      [code, expressions] as const
    );
  }

  /** What cells ended with that did not end well. */
  errors(): Promise<string[]> {
    return this.page.evaluate(() => {
      const { jupyterapp } = window as unknown as LabWindow;
      const { widgets } = jupyterapp.shell.currentWidget.content;
      const outputs = widgets.flatMap(({ model }) => model.outputs?.toJSON() ?? []);
      return outputs.flatMap(output => (output.output_type === 'error' ? [output.evalue ?? ''] : []));
    });
  }

  /** The places of the code cells. */
  codeCells(): Promise<number[]> {
    return this.page.evaluate(() => {
      const { jupyterapp } = window as unknown as LabWindow;
      const { widgets } = jupyterapp.shell.currentWidget.content;
      return widgets.flatMap(({ model }, index) => (model.type === 'code' ? [index] : []));
    });
  }

  /** Whether the cell that was started has not ended. */
  isRunning(): Promise<boolean> {
    return this.page.evaluate(() => (window as unknown as { isRunning: boolean }).isRunning);
  }

  /** From here on comms wait for the running cell, as with a kernel that has no subshells. */
  async withoutSubshells(): Promise<void> {
    await this.page.evaluate(() => {
      const { jupyterapp } = window as unknown as LabWindow;
      jupyterapp.shell.currentWidget.sessionContext.session!.kernel.commsOverSubshells = 'disabled';
    });
  }

  /** Waits for the cell that was started. */
  async ended(): Promise<void> {
    await this.page.evaluate(() => (window as unknown as { running: Promise<unknown> }).running);
  }

  /** Has JupyterLab detach the cells that are out of sight, where by default it leaves them to the browser. */
  async windowed(): Promise<void> {
    await this.page.evaluate(() => {
      const { content } = (window as unknown as LabWindow).jupyterapp.shell.currentWidget;
      content.notebookConfig = { ...content.notebookConfig, windowingMode: 'full' };
    });
  }

  /** Scrolls until a cell is at the top: where JupyterLab keeps only cells in sight in the document, others cannot be found. */
  async scrollTo(index: number): Promise<void> {
    await this.page.evaluate(
      index => (window as unknown as LabWindow).jupyterapp.shell.currentWidget.content.scrollToItem(index, 'start'),
      index
    );
  }

  /** What the page holds; at the first call a view must be there. */
  held(): Promise<Held> {
    return this.page.evaluate(() => {
      const page = window as unknown as LabWindow & { held?: () => Held };
      const find = (widget: LuminoWidget): (() => Held) | undefined => {
        const type = widget._view?.model.constructor;
        if (type?.held) {
          return () => type.held!();
        }
        for (const child of widget.children()) {
          const found = find(child);
          if (found) {
            return found;
          }
        }
        return undefined;
      };
      page.held ??= find(page.jupyterapp.shell.currentWidget.content)!;
      return page.held();
    });
  }

  async clearOutput(index: number): Promise<void> {
    await this.page.evaluate(index => {
      const { jupyterapp } = window as unknown as LabWindow;
      jupyterapp.shell.currentWidget.content.activeCellIndex = index;
      return jupyterapp.commands.execute('notebook:clear-cell-output') as Promise<void>;
    }, index);
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

  /** Ends the kernel and closes the page: the next file's tests have the machine to themselves. */
  async end(): Promise<void> {
    await this.shutdownKernel();
    await this.page.close();
  }

  /** Closes the notebook's tab; its kernel goes on. */
  async close(): Promise<void> {
    await this.page.evaluate(() => (window as unknown as LabWindow).jupyterapp.shell.currentWidget.close());
  }

  async save(): Promise<void> {
    await this.page.evaluate(() => (window as unknown as LabWindow).jupyterapp.shell.currentWidget.context.save());
  }
}

/** What a Python string literal of ASCII characters says (JSON is ASCII: `json.dumps` escapes the rest). */
function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(['\\"])/g, '$1');
}
