/** Our layout of what is open of a graph of 10,000 nodes, beside dagre's of all of it. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import webpack from 'webpack';
import { CACHE, ROOT } from '../scripts/lib.mjs';
import { ratio, summary } from './numbers.mjs';

const OUTPUT = join(CACHE, 'bench');
/** Seconds after which dagre is given up. */
const LIMIT = 180;
/** dagre walks its graph by recursion: the stack that a page has is too small for 10,000 nodes in a row. */
const STACK = 900;

function bundle() {
  mkdirSync(OUTPUT, { recursive: true });
  const compiler = webpack({
    mode: 'production',
    target: 'node20',
    context: ROOT,
    entry: join(ROOT, 'bench', 'layout-thread.mjs'),
    output: { path: OUTPUT, filename: 'layout-thread.cjs' },
    resolve: { extensions: ['.ts', '.js', '.mjs'] },
    module: {
      rules: [
        { test: /\.ts$/, use: join(ROOT, 'test', 'harness', 'typescript-loader.cjs') },
        { test: /\.mjs$/, resolve: { fullySpecified: false } }
      ]
    },
    optimization: { minimize: false },
    performance: false
  });
  return new Promise((resolve, reject) =>
    compiler.run((error, stats) =>
      compiler.close(() =>
        error || stats.hasErrors()
          ? reject(error ?? new Error(stats.toString({ all: false, errors: true })))
          : resolve()
      )
    )
  );
}

/** What a thread says; null where it says nothing in time. */
function thread(side, graph) {
  const worker = new Worker(join(OUTPUT, 'layout-thread.cjs'), {
    workerData: { side, graph },
    resourceLimits: { stackSizeMb: STACK, maxOldGenerationSizeMb: 4096 }
  });
  return new Promise((resolve, reject) => {
    const end = setTimeout(() => resolve(null), LIMIT * 1000);
    worker
      .once('message', message => {
        clearTimeout(end);
        resolve(message);
      })
      .once('error', reject);
  }).finally(() => worker.terminate());
}

export async function layouts(session) {
  await bundle();
  const file = join(OUTPUT, 'graph.json');
  await session.python(`import bench_model, json
from modelview.adapters import describe
model, example = bench_model.deep()
graph = describe(model, inputs=example).structure.dataflow.to_json()
json.dump(graph, open(${JSON.stringify(file)}, 'w'))
print(len(graph['nodes']))`);
  const graph = JSON.parse(readFileSync(file, 'utf8'));
  const rounds = await thread('ours', graph);
  const dagre = await thread('dagre', graph);
  const over = dagre?.layout ?? LIMIT * 1000;
  const of = name => ({
    boxes: rounds[0][name].boxes,
    layout: summary(rounds.map(round => round[name].layout)),
    main: summary(rounds.map(round => round[name].main)),
    ratio: ratio(summary(rounds.map(round => round[name].layout)).median, over)
  });
  return {
    nodes: graph.nodes.length,
    edges: graph.edges.length,
    dagre: dagre ?? { gaveUpAfter: LIMIT },
    folded: of('folded'),
    opened: of('opened'),
    again: of('again')
  };
}
