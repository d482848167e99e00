import { Signal } from '@lumino/signaling';

import type { KernelMessage, PageMessage } from '../../../src/wire/protocol';
import type { Incoming, Transport } from '../../../src/wire/transport';

/** A kernel's end that a test plays. */
export class FakeTransport implements Transport {
  readonly sent: PageMessage[] = [];
  readonly received = new Signal<this, Incoming>(this);
  readonly closed = new Signal<this, string>(this);
  disposed = false;

  send(message: PageMessage): void {
    this.sent.push(message);
  }

  dispose(): void {
    this.disposed = true;
  }

  answer(content: KernelMessage, buffers: DataView[] = []): void {
    this.received.emit({ content, buffers });
  }

  raw(content: unknown): void {
    this.received.emit({ content, buffers: [] });
  }

  welcome(protocol = 1): void {
    this.answer({ kind: 'welcome', protocol, library: '0.1.0', operations: ['structure'], subshells: true });
  }

  of<Kind extends PageMessage['kind']>(kind: Kind): Extract<PageMessage, { kind: Kind }>[] {
    return this.sent.filter(message => message.kind === kind) as Extract<PageMessage, { kind: Kind }>[];
  }
}
