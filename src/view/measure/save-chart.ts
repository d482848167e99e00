import { formatShape } from '../../tensor/format';
import type { MenuItem } from '../../ui/menu';
import type { TensorDescriptor } from '../../wire/protocol';
import { imageOf, plainColour, pngOf, saveFile, styled } from '../save';

const TITLE = 30;
const LINE = 17;
/** Under the last line. */
const FOOT = 10;

export interface SavedChart {
  readonly svg: SVGSVGElement;
  /** Above it, and below it line by line: what is told beside it on the page. */
  readonly title: string;
  readonly notes: readonly string[];
  readonly name: string;
}

/** `layers.0.weight · 768 × 512 · float32`. */
export const titleOf = ({ address, shape, dtype }: TensorDescriptor): string =>
  `${address} · ${formatShape(shape)} · ${dtype}`;

/** The ways of saving charts; more than one have their names before that of the format. */
export function saveItems(charts: readonly { readonly label?: string; readonly chart: SavedChart }[]): MenuItem[] {
  return (['png', 'svg'] as const).flatMap(format =>
    charts.map(({ label, chart }) => ({
      label: [label, format.toUpperCase()].filter(Boolean).join(', '),
      onChoose: () => void saveChart(chart, format)
    }))
  );
}

/** The chart as a file of its own, with its title, its legend in words, and the page's colours. */
export function svgOfChart({ svg, title, notes }: SavedChart): { text: string; width: number; height: number } {
  const { width, height } = svg.getBoundingClientRect();
  const copy = styled(svg);
  const root = svg.closest<HTMLElement>('.mv-root') ?? document.body;
  const { backgroundColor, color, fontFamily } = getComputedStyle(root);
  const all = height + TITLE + LINE * notes.length + (notes.length ? FOOT : 0);
  const whole = document.createElementNS(svg.namespaceURI, 'svg');
  const add = (tag: string, attributes: Readonly<Record<string, string | number>>, text = ''): Element => {
    const node = document.createElementNS(svg.namespaceURI, tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, String(value)));
    node.textContent = text;
    whole.append(node);
    return node;
  };
  const size = { width: String(width), height: String(all), viewBox: `0 0 ${width} ${all}` };
  Object.entries(size).forEach(([name, value]) => whole.setAttribute(name, value));
  add('rect', { width, height: all, fill: plainColour(backgroundColor).colour });
  const { colour, opacity } = plainColour(color);
  const words = { 'font-family': fontFamily, fill: colour, 'fill-opacity': opacity };
  add('text', { ...words, x: 12, y: 20, 'font-size': 13, 'font-weight': 600 }, title);
  const chart = add('g', { transform: `translate(0,${TITLE})` });
  chart.append(...copy.childNodes);
  notes.forEach((note, i) => {
    add('text', { ...words, x: 12, y: TITLE + height + LINE * (i + 1), 'font-size': 11 }, note);
  });
  return { text: new XMLSerializer().serializeToString(whole), width, height: all };
}

async function saveChart(chart: SavedChart, format: 'png' | 'svg'): Promise<void> {
  const { text, width, height } = svgOfChart(chart);
  if (format === 'svg') {
    saveFile(new Blob([text], { type: 'image/svg+xml' }), chart.name, 'svg');
    return;
  }
  const image = await imageOf(text);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext('2d')!;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.drawImage(image, 0, 0, width, height);
  saveFile(await pngOf(canvas), chart.name, 'png');
}
