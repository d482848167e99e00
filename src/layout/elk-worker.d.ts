/** elkjs does its work in this file, on the thread that it is loaded on; its own types name no more than that it is there. */
declare module 'elkjs/lib/elk-worker.min.js' {
  export class Worker {
    onmessage: (event: { data: { id: number; data?: unknown; error?: unknown } }) => void;
    readonly dispatcher: { dispatch: (event: { data: object }) => void };
  }
}
