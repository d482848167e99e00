import type { IClassicComm, WidgetModel } from '@jupyter-widgets/base';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { PageMessage } from '../wire/protocol';
import type { Incoming, Transport } from '../wire/transport';

/** The comm that the page opens for requests: docs/protocol.md, 'Two comms'. */
const TARGET = 'modelview';

/** How long we wait for JupyterLab to start the subshell on which requests are answered while a cell runs. */
const SUBSHELL_WAIT = 2_000;

/** What we use of JupyterLab's kernel connection, where the widget manager has one. */
interface Kernel {
  readonly id?: string;
  readonly supportsSubshells?: boolean;
  readonly info?: Promise<unknown>;
  readonly disposed?: ISignal<unknown, void>;
}

/** JupyterLab's own comm, where there is one underneath. */
interface Shared {
  readonly jsServicesComm?: { readonly subshellStarted?: Promise<void>; readonly isDisposed?: boolean };
}

/** Every widget manager descends from ManagerBase, which has this; the interface `IWidgetManager` does not tell. */
interface CommMaker {
  _create_comm(target: string, id: string): Promise<IClassicComm>;
  readonly kernel?: Kernel | null;
}

interface CommMessage {
  readonly content: { readonly data: unknown };
  readonly buffers?: readonly (ArrayBuffer | ArrayBufferView)[];
}

/**
 * The comms that were closed since we last opened one, by kernel. A notebook that is closed takes its socket with it, and what was
 * said on it last may never be heard: who opens the next comm says it again.
 */
const left = new Map<string, string[]>();

const keepers = new WeakMap<Kernel, Promise<Shared>>();

/**
 * JupyterLab ends a target's subshell with the last comm to it, and the kernel then drops what was sent there last: our closing.
 * A comm that is never opened keeps the subshell for as long as the page has the kernel, and the next view finds it ready.
 */
async function keepSubshell(manager: CommMaker): Promise<void> {
  const { kernel } = manager;
  if (kernel) {
    const kept = await keepers.get(kernel);
    if (!kept || kept.jsServicesComm?.isDisposed) {
      keepers.set(kernel, manager._create_comm(TARGET, crypto.randomUUID()) as unknown as Promise<Shared>);
    }
  }
}

const asView = (buffer: ArrayBuffer | ArrayBufferView): DataView =>
  buffer instanceof DataView
    ? buffer
    : ArrayBuffer.isView(buffer)
      ? new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
      : new DataView(buffer);

/** A transport over a comm of its own to the kernel of a widget model. */
export class CommTransport implements Transport {
  constructor(private readonly model: WidgetModel) {
    model.on('comm_live_update', this.checkLive, this);
    globalThis.addEventListener('pagehide', this.leave);
    this.open().catch((error: unknown) => this.end(`The kernel cannot be reached: ${String(error)}`));
  }

  readonly received = new Signal<this, Incoming>(this);
  readonly closed = new Signal<this, string>(this);

  send(message: PageMessage): void {
    if (this.comm) {
      this.comm.send(message as never);
    } else if (!this.over) {
      this.waiting.push(message);
    }
  }

  dispose(): void {
    if (!this.over) {
      this.over = true;
      this.release();
    }
    Signal.clearData(this);
  }

  private async open(): Promise<void> {
    const manager = this.model.widget_manager as unknown as CommMaker;
    await keepSubshell(manager);
    const comm = await manager._create_comm(TARGET, this.id);
    comm.on_msg((message: CommMessage) => {
      this.received.emit({
        content: message.content.data,
        buffers: (message.buffers ?? []).map(asView)
      });
    });
    comm.on_close(() => {
      // To close it from here too would count against the subshell twice.
      this.comm = null;
      this.end('The kernel closed the view: run the cell again.');
    });
    const kernel = manager.kernel ?? null;
    await this.subshell(comm, kernel);
    if (this.over) {
      return;
    }
    this.kernel = kernel;
    kernel?.disposed?.connect(this.disconnected, this);
    // What waits goes with it: ipykernel looks a message's comm up before it has handled the open that came just before.
    const messages = this.waiting.splice(0);
    const gone = left.get(kernel?.id ?? '') ?? [];
    left.delete(kernel?.id ?? '');
    comm.open({ model_id: this.model.model_id, messages, left: gone } as never);
    this.comm = comm;
  }

  /**
   * A comm of JupyterLab is on a subshell only once that has been started, and says so by a promise. What is sent earlier waits for
   * the running cell, and so does all that follows it.
   */
  private async subshell(comm: IClassicComm, kernel: Kernel | null): Promise<void> {
    await kernel?.info;
    const { jsServicesComm } = comm as unknown as Shared;
    if (kernel?.supportsSubshells && jsServicesComm?.subshellStarted) {
      const late = new Promise(resolve => setTimeout(resolve, SUBSHELL_WAIT));
      await Promise.race([jsServicesComm.subshellStarted.catch(() => undefined), late]);
    }
  }

  private checkLive(): void {
    if (!this.model.comm_live) {
      this.end('The kernel that held this model is gone: run the cell again.');
    }
  }

  /** The page goes: without this the kernel would keep what it holds for us until sixteen more have come. */
  private readonly leave = (): void => this.dispose();

  /** The notebook is closed, and its socket about to be: what is not said now the kernel never hears. */
  private disconnected(): void {
    this.end('The notebook has left the kernel that held this model: run the cell again.');
  }

  private end(reason: string): void {
    if (!this.over) {
      this.over = true;
      this.release();
      this.closed.emit(reason);
    }
  }

  private release(): void {
    this.model.off('comm_live_update', this.checkLive, this);
    globalThis.removeEventListener('pagehide', this.leave);
    this.kernel?.disposed?.disconnect(this.disconnected, this);
    const kernel = this.kernel?.id;
    if (this.comm && kernel !== undefined) {
      left.set(kernel, [...(left.get(kernel) ?? []), this.id]);
    }
    try {
      this.comm?.close();
    } catch {
      // A comm of a kernel that is gone cannot be told so.
    }
    this.comm = null;
    this.waiting.length = 0;
  }

  private readonly id = crypto.randomUUID();
  private comm: IClassicComm | null = null;
  private kernel: Kernel | null = null;
  private over = false;
  private readonly waiting: PageMessage[] = [];
}
