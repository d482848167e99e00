/** Our layout of what is open of a graph of 10,000 nodes, beside dagre's of all of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BUNDLES, bundle } from './bundle.mjs';
import { ratio, summary } from './numbers.mjs';

/** Seconds after which dagre is given up. */
const LIMIT = 180;
/** dagre walks its graph by recursion: the stack that a page has is too small for 10,000 nodes in a row. */
const STACK = 900;

/** What a thread says; null where it says nothing in time. */
function thread(script, side, graph) {
  const worker = new Worker(script, {
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
  const script = await bundle('layout-thread', 'node20');
  const file = join(BUNDLES, 'graph.json');
  await session.python(`import bench_model, json
from modelview.adapters import describe
model, example = bench_model.deep()
graph = describe(model, inputs=example).structure.dataflow.to_json()
json.dump(graph, open(${JSON.stringify(file)}, 'w'))
print(len(graph['nodes']))`);
  const graph = JSON.parse(readFileSync(file, 'utf8'));
  const rounds = await thread(script, 'ours', graph);
  const dagre = await thread(script, 'dagre', graph);
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
