import type { Graph } from '../../wire/protocol';
import type { Box } from './boxes';
import { isModule } from './boxes';
import { titleOf } from './measure';
import type { Visible } from './visible';
import { isOpen } from './visible';
import { linkText } from './words';

/** As DOT writes a string: quotes and backslashes are escaped, and a line's end is one of its own. */
const quoted = (text: string): string =>
  `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\r?\n/g, '\\n')}"`;

/** What is open of a graph in Graphviz's language: open boxes are clusters, shapes stand on the edges. */
export function dotOf(graph: Graph, { boxes, links }: Visible, open: ReadonlySet<string>, name: string): string {
  const lines = [
    `digraph ${quoted(name)} {`,
    '  graph [compound=true, rankdir=TB, fontname="sans-serif"];',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];'
  ];
  const inside: Box[] = [];
  const leave = (box: Box): void => {
    while (inside.length && inside.at(-1) !== box.parent) {
      inside.pop();
      lines.push(`${indent(inside.length)}}`);
    }
  };
  for (const box of boxes.slice(1)) {
    leave(box);
    const at = indent(inside.length);
    if (isOpen(box, open)) {
      lines.push(`${at}subgraph ${quoted(`cluster ${box.id}`)} {`, `${at}  label=${quoted(labelOf(box))};`);
      inside.push(box);
    } else {
      const shape = isModule(box) ? '' : box.node!.role === 'operation' ? ', shape=oval' : ', shape=plaintext';
      lines.push(`${at}${quoted(box.id)} [label=${quoted(labelOf(box))}${shape}];`);
    }
  }
  while (inside.pop()) {
    lines.push(`${indent(inside.length)}}`);
  }
  for (const link of links) {
    const words = linkText(graph, link);
    const label = words ? ` [label=${quoted(words)}]` : '';
    lines.push(`  ${quoted(link.source.id)} -> ${quoted(link.target.id)}${label};`);
  }
  return [...lines, '}', ''].join('\n');
}

const indent = (depth: number): string => '  '.repeat(depth + 1);

const labelOf = (box: Box): string =>
  isModule(box) ? [titleOf(box), box.run ? box.label : box.kind].filter(Boolean).join('\n') : titleOf(box);
