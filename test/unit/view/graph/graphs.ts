/** Small graphs, written in a few words, and a layout that only piles up. */
import type { Laid, LayoutNode, Place } from '../../../../src/layout/types';
import { arrange, layoutGraphOf } from '../../../../src/view/graph/arrangement';
import type { Arrangement } from '../../../../src/view/graph/arrangement';
import { BY_KIND } from '../../../../src/view/graph/colours';
import type { GraphModel } from '../../../../src/view/graph/model';
import { detailOf, linkText } from '../../../../src/view/graph/words';
import type { Graph, GraphNode, GraphValue, Role } from '../../../../src/wire/protocol';

// jsdom has no canvas, and says so at length: texts are as wide as their letters are many.
HTMLCanvasElement.prototype.getContext = () => null;

type Spec = Partial<GraphNode> & { readonly path: string };

const ROLES: Readonly<Record<string, Role>> = { input: 'input', output: 'output', constant: 'constant' };

/**
 * `'fc: Linear 12'` is a module with 12 parameters, `'fc/linear'` an operation in it; `'/x: input'` what goes into the model. Modules of one
 * kind and size have one signature.
 */
export function graph(
  lines: readonly (string | Spec)[],
  edges: readonly (readonly [from: string, to: string, value?: number])[] = [],
  values: readonly GraphValue[] = [[[2, 4], 'float32']]
): Graph {
  const nodes: GraphNode[] = [];
  const signatures = new Map<string, number>();
  const index = (path: string): number => {
    const at = nodes.findIndex(node => node.path === path);
    if (at < 0) {
      throw new Error(`no node '${path}'`);
    }
    return at;
  };
  for (const line of lines) {
    const spec = typeof line === 'string' ? line : line.path;
    const [, path, kind = '', size = '0'] = /^([^:]*?)(?:: *(\S*))?(?: +(\d+))?$/.exec(spec)!;
    const isOperation = path!.includes('/');
    const cut = Math.max(path!.lastIndexOf('/'), isOperation ? -1 : path!.lastIndexOf('.'));
    const name = path!.slice(cut + 1);
    const role = isOperation ? (ROLES[kind] ?? 'operation') : 'module';
    const key = `${kind} ${size}`;
    signatures.set(key, signatures.get(key) ?? signatures.size);
    nodes.push({
      path: path!,
      name: path === '' ? 'Net' : name,
      kind: kind || name.replace(/_\d+$/, ''),
      parent: path === '' ? null : index(path!.slice(0, Math.max(0, cut))),
      parameters: Number(size),
      bytes: Number(size) * 4,
      own: role === 'module' && Number(size) ? [`weight/${path}.weight`] : [],
      signature: isOperation ? -1 : signatures.get(key)!,
      shared: null,
      training: false,
      role,
      reads: [],
      inputs: [],
      outputs: [],
      source: null,
      attributes: {},
      ...(typeof line === 'string' ? {} : { ...line, path: path! })
    });
  }
  return {
    tier: 'export',
    notes: [],
    seconds: 0.5,
    nodes,
    edges: edges.map(([from, to, value = 0]) => [index(from), index(to), value] as const),
    values
  };
}

/** An encoder of so many equal blocks between an embedding and a head, each block with an addition past its layer. */
export function encoder(blocks = 3): Graph {
  const lines = [
    '',
    '/x: input',
    'embed: Embedding 100',
    'embed/embedding',
    'encoder: Encoder',
    'encoder.layer: ModuleList'
  ];
  const edges: [string, string][] = [['/x', 'embed/embedding']];
  let last = 'embed/embedding';
  for (let i = 0; i < blocks; i++) {
    const block = `encoder.layer.${i}`;
    lines.push(
      `${block}: Block 20`,
      `${block}.fc: Linear 20`,
      `${block}.fc/linear`,
      `${block}.act: ReLU`,
      `${block}.act/relu`
    );
    lines.push(`${block}/add`);
    edges.push(
      [last, `${block}.fc/linear`],
      [`${block}.fc/linear`, `${block}.act/relu`],
      [`${block}.act/relu`, `${block}/add`],
      [last, `${block}/add`]
    );
    last = `${block}/add`;
  }
  lines.push('head: Linear 8', 'head/linear', '/y: output');
  edges.push([last, 'head/linear'], ['head/linear', '/y']);
  return graph(lines, edges);
}

/** One box under the other, what is inside an open one likewise; lines go straight from foot to head. */
export function piled(model: GraphModel): Arrangement {
  const { visible, openBoxes } = model;
  const asked = layoutGraphOf(visible, openBoxes, box => detailOf(box, BY_KIND));
  const nodes = new Map<string, Place>();
  const pile = (boxes: readonly LayoutNode[], x: number, top: number): { width: number; height: number } => {
    let y = top;
    let width = 0;
    for (const { id, children, header = 0, ...size } of boxes) {
      const inside = children ? pile(children, x + 10, y + header) : { width: 0, height: 0 };
      const place = {
        x,
        y,
        width: Math.max(size.width, inside.width + 20),
        height: children ? header + inside.height : size.height
      };
      nodes.set(id, place);
      width = Math.max(width, place.width);
      y += place.height + 40;
    }
    return { width, height: y - top };
  };
  const { width, height } = pile(asked.nodes, 0, 0);
  const edges = new Map(
    asked.edges.map(({ id, source, target }) => {
      const from = nodes.get(source)!;
      const to = nodes.get(target)!;
      const x = from.x + 20;
      return [
        id,
        [
          [x, from.y + from.height],
          [x, to.y]
        ] as const
      ];
    })
  );
  const laid: Laid = { nodes, edges, width, height };
  return arrange(visible, openBoxes, laid, link => linkText(model.graph, link));
}
