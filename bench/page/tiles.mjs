/* Tiles of a model that a view shows, through the view's own source, and as many bytes through a raw comm. */
(() => {
  const { bench } = window;
  const VIEW = 'bench';

  /** The widget model whose view stands under the cell. */
  const modelOf = widget => {
    if (widget._view?.model?.session) {
      return widget._view.model;
    }
    for (const child of widget.children()) {
      const found = modelOf(child);
      if (found) {
        return found;
      }
    }
    return undefined;
  };

  let source;
  let plane;

  bench.isShown = () => modelOf(bench.panel().content) !== undefined;

  /** Opens the plane of a matrix; resolves to its description. */
  bench.openPlane = async (address, dims) => {
    source = modelOf(bench.panel().content).session.acquire();
    plane = await source.open({ address, selection: { dims, component: 'value' }, view: VIEW });
    return plane;
  };

  bench.closePlane = () => {
    source.forget(VIEW);
    modelOf(bench.panel().content).session.release();
  };

  /** Tiles that the page does not have: `{milliseconds, bytes, messages}` until the last is decoded, and in `recorded` what came. */
  bench.fetchTiles = async (tiles, recorded) => {
    const missing = new Set(tiles.map(tile => tile.join('/')));
    const { transport } = source.requests;
    let bytes = 0;
    let messages = 0;
    const hear = (_, { content, buffers }) => {
      if (content.kind === 'tile') {
        messages++;
        buffers.forEach(buffer => (bytes += buffer.byteLength));
        recorded?.push({ headers: content.tiles, buffers });
      }
    };
    transport.received.connect(hear);
    const start = performance.now();
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${missing.size} of ${tiles.length} tiles did not come`)), 60_000);
      const take = (_, arrived) => {
        arrived.tiles.forEach(({ level, facet, row, column }) => missing.delete([level, facet, row, column].join('/')));
        if (!missing.size) {
          clearTimeout(late);
          source.tilesArrived.disconnect(take);
          resolve();
        }
      };
      source.tilesArrived.connect(take);
      source.want(VIEW, plane, tiles);
    });
    const milliseconds = performance.now() - start;
    transport.received.disconnect(hear);
    return { milliseconds, bytes, messages };
  };

  let comm;
  let heard;

  /** The same from a comm that nobody holds back: `messages` of `bytes` each. */
  bench.rawStream = async (messages, bytes) => {
    if (!comm) {
      comm = bench.kernel().createComm('bench-stream');
      await comm.subshellStarted;
      comm.onMsg = ({ buffers }) => heard(buffers[0].byteLength);
      await comm.open().done;
    }
    const start = performance.now();
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the raw stream did not end')), 60_000);
      let left = messages;
      heard = size => {
        if (size !== bytes) {
          reject(new Error(`a message of ${size} bytes, where ${bytes} were asked for`));
        } else if (!--left) {
          clearTimeout(late);
          resolve();
        }
      };
      comm.send({ messages, bytes });
    });
    return performance.now() - start;
  };
})();
