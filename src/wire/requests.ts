import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { PROTOCOL } from './protocol';
import type { KernelMessage, PageMessage } from './protocol';
import type { Incoming, Transport } from './transport';
import { parseKernelMessage } from './validate';

/** What this page will take before it has acknowledged: some requests, some bytes. */
export const CREDITS = { requests: 4, bytes: 16 * 2 ** 20 } as const;

/** An acknowledgement of its own for so many parts of the credit. */
const ACKS = 2;

/**
 * A request with no answer at all for so long is sent again, then after twice as long, and so on. It is never given up: a kernel
 * without subshells may be busy for an hour, and one that dies closes the transport.
 */
export const RETRY_AFTER = 20_000;
/** With no answer for so long we say that the kernel is busy. */
const BUSY_AFTER = 1_500;

export type Ask =
  | Omit<Extract<PageMessage, { kind: 'get' }>, 'request' | 'ack'>
  | Omit<Extract<PageMessage, { kind: 'call' }>, 'request'>;

export type Answer = Extract<KernelMessage, { kind: 'plane' | 'tile' | 'progress' | 'done' | 'stale' | 'error' }>;

/** Whether a request ends with this answer. */
export const isLast = (answer: Answer): boolean =>
  answer.kind === 'plane' || answer.kind === 'tile' ? answer.last : answer.kind !== 'progress';

/** Told of each message that answers a request, up to the one that `isLast`. */
export type OnAnswer = (answer: Answer, buffers: readonly DataView[]) => void;

export interface AskOptions {
  /** The kernel answers between two cells only, and may work for long: its silence tells nothing. */
  readonly betweenCells?: boolean;
}

interface Pending {
  readonly message: PageMessage;
  readonly onAnswer: OnAnswer;
  readonly betweenCells: boolean;
  sent: boolean;
  retries: number;
  heard: number;
}

export type LinkState = 'connecting' | 'live' | 'busy' | 'closed' | 'refused';

/**
 * Requests over a transport: hello first, numbered requests, at most as many under way as there are credits, an answer to
 * each, cancellation, acknowledgement, and a retry where a message was lost on the way (FACTS: the server drops some).
 */
export class Requests {
  constructor(private readonly transport: Transport) {
    transport.received.connect(this.receive, this);
    transport.closed.connect(this.close, this);
    this.clock = setInterval(() => this.tick(), 500);
    this.hello();
  }

  readonly client = crypto.randomUUID();

  get state(): LinkState {
    return this.current;
  }

  /** Why the link is closed or refused. */
  get reason(): string {
    return this.why;
  }

  get stateChanged(): ISignal<this, LinkState> {
    return this.stateSignal;
  }

  /** Messages that could not be understood: they are answered by being told, and nothing else happens. */
  get malformed(): ISignal<this, string> {
    return this.malformedSignal;
  }

  /** How many requests are under way or wait for their turn. */
  get size(): number {
    return this.pending.size;
  }

  /** Whether the kernel was asked for what it does between two cells, which then may be what keeps it. */
  get betweenCells(): boolean {
    return [...this.pending.values()].some(entry => entry.betweenCells);
  }

  ask(message: Ask, onAnswer: OnAnswer, { betweenCells = false }: AskOptions = {}): string {
    const request = `${this.client}/${++this.counter}`;
    const entry: Pending = {
      message: { ...message, request },
      onAnswer,
      betweenCells,
      sent: false,
      retries: 0,
      heard: 0
    };
    this.pending.set(request, entry);
    if (this.current === 'closed' || this.current === 'refused') {
      // Told in a microtask, so that who asks has the name of the request before it ends.
      queueMicrotask(() => this.end(request, { kind: 'error', request, code: 'closed', message: this.why }));
    } else {
      this.pump();
    }
    return request;
  }

  /** Nobody waits for these any more: their answers are dropped. */
  cancel(requests: readonly string[]): void {
    const sent: string[] = [];
    for (const request of requests) {
      const entry = this.pending.get(request);
      if (entry?.sent) {
        sent.push(request);
      }
      this.pending.delete(request);
    }
    if (sent.length && this.current !== 'closed') {
      this.transport.send({ kind: 'cancel', requests: sent });
    }
    this.pump();
  }

  dispose(): void {
    clearInterval(this.clock);
    this.transport.received.disconnect(this.receive, this);
    this.transport.closed.disconnect(this.close, this);
    this.cancel([...this.pending.keys()]);
    this.current = 'closed';
    this.transport.dispose();
    Signal.clearData(this);
  }

  private hello(): void {
    this.helloSent = performance.now();
    this.transport.send({
      kind: 'hello',
      protocol: PROTOCOL,
      client: this.client,
      devicePixelRatio: globalThis.devicePixelRatio,
      credits: CREDITS
    });
  }

  private receive(_: Transport, { content, buffers }: Incoming): void {
    this.unacknowledged.bytes += buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
    this.understand(content, buffers);
    // After what is done with it, which a person waits for.
    this.acknowledge();
  }

  private understand(content: unknown, buffers: readonly DataView[]): void {
    const message = parseKernelMessage(content);
    if (typeof message === 'string') {
      console.warn(`modelview: a message from the kernel was dropped: ${message}`);
      this.malformedSignal.emit(message);
      return;
    }
    if (message.kind === 'welcome') {
      if (message.protocol !== PROTOCOL) {
        this.refuse(
          `The kernel's modelview ${message.library} speaks protocol ${message.protocol} and this page speaks ${PROTOCOL}: ` +
            'install the same version in both, restart the kernel and reload the page.'
        );
      } else {
        this.become('live');
        this.pump();
      }
      return;
    }
    if (message.kind === 'error' && message.request === null) {
      if (message.code === 'protocol' || message.code === 'closed') {
        this.refuse(message.message);
      } else {
        console.warn(`modelview: the kernel answered ${message.code}: ${message.message}`);
      }
      return;
    }
    const request = message.request!;
    if (isLast(message)) {
      this.unacknowledged.requests++;
    }
    const entry = this.pending.get(request);
    if (!entry) {
      return; // cancelled, or another page's
    }
    entry.heard = performance.now();
    if (this.current === 'busy') {
      this.become('live');
    }
    if (isLast(message)) {
      this.end(request, message, buffers);
    } else {
      entry.onAnswer(message, buffers);
    }
  }

  /**
   * Each message costs the kernel a turn, and the server two more for its status: what was taken goes along with the next `get`,
   * and alone where none comes before a part of what the kernel may send, and answer, unacknowledged.
   */
  private acknowledge(): void {
    const { bytes, requests } = this.unacknowledged;
    if (bytes >= CREDITS.bytes / ACKS || (bytes > 0 && requests >= CREDITS.requests / 2)) {
      this.transport.send({ kind: 'ack', bytes: this.taken() });
    }
  }

  /** The bytes that are acknowledged with this. */
  private taken(): number {
    const { bytes } = this.unacknowledged;
    this.unacknowledged = { bytes: 0, requests: 0 };
    return bytes;
  }

  private end(request: string, answer: Answer, buffers: readonly DataView[] = []): void {
    const entry = this.pending.get(request);
    if (this.pending.delete(request)) {
      entry!.onAnswer(answer, buffers);
    }
    this.pump();
  }

  private pump(): void {
    if (this.current === 'closed' || this.current === 'refused') {
      return;
    }
    // Also before the welcome: the kernel reads in order, so it has read hello, and refuses both if it must.
    let under = 0;
    for (const entry of this.pending.values()) {
      if (!entry.sent) {
        if (under >= CREDITS.requests) {
          return;
        }
        entry.sent = true;
        entry.heard = performance.now();
        const { message } = entry;
        const along = message.kind === 'get' && this.unacknowledged.bytes > 0;
        this.transport.send(along ? { ...message, ack: this.taken() } : message);
      }
      under++;
    }
  }

  private tick(): void {
    const now = performance.now();
    if (this.current === 'connecting' && now - this.helloSent > RETRY_AFTER) {
      this.hello();
    }
    let silent = this.current === 'connecting' ? now - this.helloSent : 0;
    for (const entry of this.pending.values()) {
      if (!entry.sent) {
        continue;
      }
      const quiet = now - entry.heard;
      silent = Math.max(silent, entry.betweenCells ? 0 : quiet);
      if (quiet > RETRY_AFTER * 2 ** entry.retries) {
        entry.retries++;
        this.transport.send(entry.message);
      }
    }
    if (silent > BUSY_AFTER && this.current === 'live') {
      this.become('busy');
    }
  }

  private close(_: Transport, reason: string): void {
    this.stop('closed', reason);
  }

  private refuse(reason: string): void {
    this.stop('refused', reason);
  }

  private stop(state: 'closed' | 'refused', reason: string): void {
    if (this.current === 'closed' || this.current === 'refused') {
      return;
    }
    this.why = reason;
    this.become(state);
    for (const request of [...this.pending.keys()]) {
      this.end(request, { kind: 'error', request, code: 'closed', message: reason });
    }
  }

  private become(state: LinkState): void {
    if (state !== this.current) {
      this.current = state;
      this.stateSignal.emit(state);
    }
  }

  private current: LinkState = 'connecting';
  private why = '';
  private counter = 0;
  private unacknowledged = { bytes: 0, requests: 0 };
  private helloSent = 0;
  private readonly clock: ReturnType<typeof setInterval>;
  private readonly pending = new Map<string, Pending>();
  private readonly stateSignal = new Signal<this, LinkState>(this);
  private readonly malformedSignal = new Signal<this, string>(this);
}
