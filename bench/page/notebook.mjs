/* Runs in every document before anything else. Counts what crosses the websockets and the frames, and drives the notebook. */
(() => {
  performance.setResourceTimingBufferSize(10_000);

  const wire = { received: 0, sent: 0, binary: 0, messages: 0, largest: 0, last: 0, asked: 0, bulk: 0, extensions: '' };

  /** The bytes of a kernel message's binary buffers: all else in it is JSON. (Offsets first: jupyter_server's v1 protocol.) */
  const binaryOf = data => {
    const view = new DataView(data);
    const at = i => Number(view.getBigUint64(8 + 8 * i, true));
    const parts = Number(view.getBigUint64(0, true));
    return parts > 6 && parts < 64 ? at(parts - 1) - at(5) : 0;
  };

  const count = (data, way) => {
    const size = typeof data === 'string' ? new TextEncoder().encode(data).length : data.byteLength;
    wire[way] += size;
    wire.binary += data instanceof ArrayBuffer ? binaryOf(data) : 0;
    wire.messages++;
    wire.largest = Math.max(wire.largest, size);
    wire.last = performance.now();
    if (size > 2 ** 16) {
      wire.bulk = wire.last;
    }
  };

  // The payload of every frame, both ways. The server negotiates no compression (`extensions` is empty), so it is what crosses.
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('open', () => {
        wire.extensions = this.extensions;
      });
      this.addEventListener('message', ({ data }) => count(data, 'received'));
    }
    send(data) {
      count(data, 'sent');
      wire.asked ||= wire.last;
      super.send(data);
    }
  };

  // Asked for first in every frame, so that it runs before anybody else's callback of that frame.
  const frames = { count: 0, began: 0, inside: false, counted: true };
  const tick = () => {
    frames.count++;
    frames.began = performance.now();
    frames.inside = true;
    window.scheduler.postTask(
      () => {
        frames.inside = false;
      },
      { priority: 'user-blocking' }
    );
    if (frames.counted) {
      requestAnimationFrame(tick);
    }
  };
  requestAnimationFrame(tick);

  /** Frames are made for as long as they are counted, by half a processor: not where something else is measured. */
  const countFrames = counted => {
    if (counted && !frames.counted) {
      requestAnimationFrame(tick);
    }
    frames.counted = counted;
  };

  // Told of each picture that a view puts on screen: `{at, frames, inside, canvas}`.
  const presented = new Set();
  const { transferFromImageBitmap } = ImageBitmapRenderingContext.prototype;
  ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (bitmap) {
    transferFromImageBitmap.call(this, bitmap);
    const event = { at: performance.now(), frame: frames.count, inside: frames.inside, canvas: this.canvas };
    presented.forEach(listener => listener(event));
  };

  const frame = () => new Promise(resolve => requestAnimationFrame(resolve));
  const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

  /** Resolves when nothing has crossed for a while, and the page had time to be idle. */
  const quiet = async milliseconds => {
    const from = performance.now();
    while (performance.now() - Math.max(wire.last, from) < milliseconds) {
      await pause(milliseconds / 10);
    }
    await new Promise(resolve => requestIdleCallback(resolve, { timeout: 2000 }));
  };

  const panel = () => window.jupyterapp.shell.currentWidget;
  const kernel = () => panel().sessionContext.session.kernel;

  /** Runs code in the kernel beside the notebook; an error is thrown, with its traceback. */
  const python = async code => {
    const future = kernel().requestExecute({ code, store_history: false });
    let output = '';
    future.onIOPub = ({ content }) => {
      output += content.text ?? content.traceback?.join('\n') ?? '';
    };
    const { content } = await future.done;
    if (content.status !== 'ok') {
      // eslint-disable-next-line no-control-regex
      throw new Error(`${code}\n${(output || content.evalue || '').replace(/\x1b\[[\d;]*m/g, '')}`);
    }
    return output;
  };

  /** The notebook's one cell with this code, at the top and active; no output of what ran before. */
  const fill = async code => {
    const { content } = panel();
    content.activeCellIndex = 0;
    const cell = content.activeCell;
    cell.model.outputs.clear();
    cell.model.sharedModel.setSource(code);
    cell.node.scrollIntoView();
    await frame();
    await frame();
    return cell;
  };

  const execute = () => window.jupyterapp.commands.execute('notebook:run-cell');

  const failed = cell => {
    const outputs = cell.model.outputs.toJSON();
    const error = outputs.find(({ output_type }) => output_type === 'error');
    return error && `${error.ename}: ${error.evalue}`;
  };

  /**
   * From running a cell to the first frame in which `see(output)` says that the data is drawn: milliseconds, and the bytes that had
   * crossed by then and when all was quiet again.
   */
  const look = async (code, see, timeout) => {
    const cell = await fill(code);
    await quiet(500);
    const before = { ...wire };
    const seen = { timedOut: true };
    const start = performance.now();
    const ran = execute();
    for (;;) {
      await frame();
      const error = failed(cell);
      if (error) {
        throw new Error(error);
      }
      if (await see(cell.outputArea.node)) {
        Object.assign(seen, { timedOut: false, milliseconds: performance.now() - start });
        break;
      }
      if (performance.now() - start > timeout) {
        seen.milliseconds = performance.now() - start;
        break;
      }
    }
    seen.bytesSeen = wire.received + wire.sent - before.received - before.sent;
    if (!seen.timedOut) {
      await ran;
      await quiet(1500);
    }
    seen.received = wire.received - before.received;
    seen.sent = wire.sent - before.sent;
    seen.binary = wire.binary - before.binary;
    seen.messages = wire.messages - before.messages;
    return seen;
  };

  /** Ready to run cells: the notebook is there, and its kernel idle. */
  const ready = async () => {
    await window.jupyterapp.restored;
    while (!panel()?.sessionContext) {
      await pause(50);
    }
    await panel().revealed;
    await panel().sessionContext.ready;
    while (panel().sessionContext.session?.kernel?.status !== 'idle') {
      await pause(50);
    }
    await panel().content.widgets[0].ready;
  };

  /** What this page has loaded from a folder of the server, in bytes. */
  const loaded = folder =>
    performance
      .getEntriesByType('resource')
      .filter(({ name }) => new URL(name).pathname.includes(folder))
      .map(({ name, decodedBodySize, encodedBodySize }) => ({
        file: new URL(name).pathname.split(folder)[1],
        bytes: decodedBodySize,
        transferred: encodedBodySize
      }));

  window.bench = {
    wire,
    frames,
    countFrames,
    presented,
    frame,
    pause,
    quiet,
    panel,
    kernel,
    python,
    fill,
    execute,
    look,
    ready,
    loaded
  };
})();
