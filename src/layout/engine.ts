import ELK from 'elkjs/lib/elk-api';
import type { ElkNode } from 'elkjs/lib/elk-api';
import type { Laid, LayoutGraph, LayoutNode, Place, Point } from './types';

export interface LayoutEngine {
  /** Rejects with the signal's reason when it is aborted. */
  layout(graph: LayoutGraph, signal: AbortSignal): Promise<Laid>;
  dispose(): void;
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF'
};

let shared: InstanceType<typeof ELK> | null = null;

export function createLayoutEngine(): LayoutEngine {
  return {
    async layout(graph, signal) {
      signal.throwIfAborted();
      shared ??= new ELK({
        workerFactory: () => new Worker(new URL('elkjs/lib/elk-worker.min.js', import.meta.url))
      });
      const laid = await shared.layout(elkGraphOf(graph));
      signal.throwIfAborted();
      return laidOf(laid);
    },
    dispose: () => undefined
  };
}

function elkGraphOf({ nodes, edges, direction }: LayoutGraph): ElkNode {
  const nodeOf = ({ id, width, height, header = 0, children }: LayoutNode): ElkNode =>
    children?.length
      ? {
          id,
          children: children.map(nodeOf),
          layoutOptions: {
            'elk.padding': `[top=${header + 12},left=12,bottom=12,right=12]`,
            'elk.nodeSize.constraints': 'MINIMUM_SIZE',
            'elk.nodeSize.minimum': `(${width},${height})`
          }
        }
      : { id, width, height };
  return {
    id: ' graph',
    layoutOptions: { ...OPTIONS, 'elk.direction': direction === 'down' ? 'DOWN' : 'RIGHT' },
    children: nodes.map(nodeOf),
    edges: edges.map(({ id, source, target }) => ({ id: ` ${id}`, sources: [source], targets: [target] }))
  };
}

function laidOf(root: ElkNode): Laid {
  const nodes = new Map<string, Place>();
  const edges = new Map<string, Point[]>();
  const read = (node: ElkNode): void => {
    for (const each of node.children ?? []) {
      nodes.set(each.id, { x: each.x!, y: each.y!, width: each.width!, height: each.height! });
      read(each);
    }
    for (const { id, sections } of node.edges ?? []) {
      const points = (sections ?? []).flatMap(({ startPoint, bendPoints, endPoint }) => [
        startPoint,
        ...(bendPoints ?? []),
        endPoint
      ]);
      edges.set(
        id.slice(1),
        points.map(({ x, y }): Point => [x, y])
      );
    }
  };
  read(root);
  return { nodes, edges, width: root.width!, height: root.height! };
}
