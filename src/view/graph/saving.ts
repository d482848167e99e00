import { saveFile } from '../save';
import { dotOf } from './dot';
import type { GraphModel } from './model';
import type { Look } from './painter';
import { pngOfGraph, svgOf } from './picture';
import type { Arrangement } from './arrangement';
import type { Format } from './tools';

const TYPES: Readonly<Record<Format, string>> = {
  svg: 'image/svg+xml',
  png: 'image/png',
  dot: 'text/vnd.graphviz',
  json: 'application/json'
};

/** What is open as a picture or in Graphviz's language, or the whole graph as the kernel told it. */
export async function saveGraph(
  format: Format,
  name: string,
  model: GraphModel,
  arrangement: Arrangement,
  look: Look
): Promise<void> {
  const content = await contentOf(format, name, model, arrangement, look);
  saveFile(content instanceof Blob ? content : new Blob([content], { type: TYPES[format] }), name, format);
}

function contentOf(
  format: Format,
  name: string,
  { graph, visible, openBoxes }: GraphModel,
  arrangement: Arrangement,
  look: Look
): string | Promise<Blob> {
  switch (format) {
    case 'svg':
      return svgOf(arrangement, look);
    case 'png':
      return pngOfGraph(arrangement, look);
    case 'dot':
      return dotOf(graph, visible, openBoxes, name);
    case 'json':
      return `${JSON.stringify(graph, null, 1)}\n`;
  }
}
