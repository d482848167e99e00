import type { ISignal } from '@lumino/signaling';

import type { PageMessage } from './protocol';

/** A message as it came in: nothing about it has been checked yet. */
export interface Incoming {
  readonly content: unknown;
  readonly buffers: readonly DataView[];
}

/** A pipe to the kernel. `host/` makes one over a comm; a test makes one over nothing. */
export interface Transport {
  send(message: PageMessage): void;
  readonly received: ISignal<Transport, Incoming>;
  readonly closed: ISignal<Transport, string>;
  dispose(): void;
}
