/* What a view answers while a cell runs in pure Python. */
(() => {
  const { bench } = window;

  /** Slices that the page does not have, asked for one after the other by the slider: as `bench.change` tells. */
  bench.slicesWhile = async (order, isOver) => {
    const changes = [];
    for (const index of order) {
      await bench.pause(50 + Math.random() * 17);
      changes.push(await bench.change(index));
      if (isOver()) {
        throw new Error(`the loop ended after ${changes.length} of ${order.length} slices`);
      }
    }
    return changes;
  };

  /** The same while the kernel runs this code, which must take longer. */
  bench.slicesDuring = async (code, order) => {
    let over = false;
    const ran = bench.python(code).finally(() => (over = true));
    await bench.pause(300);
    const changes = await bench.slicesWhile(order, () => over);
    await bench.kernel().interrupt();
    await ran.catch(() => undefined);
    return changes;
  };
})();
