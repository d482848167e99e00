/** How long a slice takes while a cell of pure Python has the kernel, beside a kernel at rest. */
import { summary } from './numbers.mjs';

const SLICES = 30;
/** It holds the interpreter's lock for all that it can, and is interrupted when the slices have come. */
const LOOP = 'while True:\n    sum(range(1000))';

const order = from => Array.from({ length: SLICES }, (_, i) => ((from + i) * 197) % 512).filter(index => index > 0);

export async function busyKernel(session) {
  await session.restart();
  const { page } = session;
  await session.python('t = bench_data.stack()');
  await session.run(`from modelview import TensorView
view = TensorView(t, dims=('slice', 'row', 'column'))
view.selection = {'dims': {'slice': 0, 'row': 'row', 'column': 'column'}}
view`);
  await page.until(
    `bench.indexOn(bench.panel().content.activeCell.outputArea.node.querySelector('.mv-values canvas')) === 0`
  );
  // One is not counted: it compiles shaders.
  await page.evaluate('bench.change(511)');
  const idle = await page.evaluate(`bench.slicesWhile(${JSON.stringify(order(1))}, () => false)`);
  const busy = await page.evaluate(`bench.slicesDuring(${JSON.stringify(LOOP)}, ${JSON.stringify(order(1 + SLICES))})`);
  const of = changes => ({
    arrived: summary(changes.map(({ arrived }) => arrived)),
    drawn: summary(changes.map(({ drawn }) => drawn))
  });
  return { idle: of(idle), busy: of(busy) };
}
