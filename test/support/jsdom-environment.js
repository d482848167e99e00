/** jsdom, with what browsers have and it lacks. */
const { TestEnvironment } = require('jest-environment-jsdom');

const FROM_NODE = [
  'Blob',
  'CompressionStream',
  'DecompressionStream',
  'MessageChannel',
  'ReadableStream',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'TransformStream',
  'WritableStream',
  'structuredClone',
  // One realm for all bytes, so that `instanceof` holds for what a test reads from a file or a stream.
  'ArrayBuffer',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Float32Array',
  'Float64Array',
  'Int16Array',
  'Int32Array',
  'Int8Array',
  'SharedArrayBuffer',
  'Uint16Array',
  'Uint32Array',
  'Uint8Array',
  'Uint8ClampedArray'
];

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    const page = this.global;
    for (const name of FROM_NODE) {
      page[name] = globalThis[name];
    }
    page.DragEvent ??= class DragEvent extends page.MouseEvent {};
    // Nothing is laid out in jsdom: nothing is ever observed to change.
    page.ResizeObserver ??= class ResizeObserver {
      observe() {}
      unobserve() {}
      disconnect() {}
    };
    page.matchMedia ??= query => ({
      matches: false,
      media: query,
      addEventListener() {},
      removeEventListener() {}
    });
  }
};
