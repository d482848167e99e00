/** Graphs for structures that are made up: every layer without layers inside runs one operation, one layer after the other. */
import type { Graph, GraphNode, GraphValue, Structure } from '../../src/wire/protocol';

const NOTHING = { reads: [], inputs: [], outputs: [], source: null, attributes: {} } as const;

/** Through each of a structure's leaves in their order, with a connection past every block of several that adds to what came in. */
export function graphOf({ nodes: modules }: Structure): Graph {
  const nodes: GraphNode[] = modules.map(node => ({ ...node, ...NOTHING, role: 'module' }));
  const values: GraphValue[] = [[[1, 8, 384], 'float32']];
  const edges: [number, number, number][] = [];
  const add = (parent: number, name: string, role: GraphNode['role'], extra: Partial<GraphNode> = {}): number => {
    const { path } = modules[parent]!;
    nodes.push({
      ...NOTHING,
      path: `${path}/${name}`,
      name,
      kind: name,
      parent,
      parameters: 0,
      bytes: 0,
      own: [],
      signature: -1,
      shared: null,
      training: false,
      role,
      inputs: role === 'input' ? [] : [0],
      outputs: role === 'output' ? [] : [0],
      ...extra
    });
    return nodes.length - 1;
  };
  const children: number[][] = modules.map(() => []);
  modules.forEach(({ parent }, index) => {
    if (parent !== null) {
      children[parent]!.push(index);
    }
  });
  let last = add(0, 'input', 'input');
  const run = (index: number): void => {
    const module = modules[index]!;
    const below = children[index]!;
    if (!below.length) {
      const next = add(index, module.kind.toLowerCase(), 'operation', { reads: module.own });
      edges.push([last, next, 0]);
      last = next;
      return;
    }
    const before = last;
    below.forEach(run);
    if (below.length > 2 && index > 0) {
      const sum = add(index, 'add', 'operation');
      edges.push([last, sum, 0], [before, sum, 0]);
      last = sum;
    }
  };
  run(0);
  edges.push([last, add(0, 'output', 'output'), 0]);
  return {
    tier: 'export',
    notes: [],
    seconds: 1.2,
    nodes: nodes.map((node, index) => (index < modules.length ? { ...node, inputs: [0], outputs: [0] } : node)),
    edges,
    values
  };
}
