import { pngOf, saveFile } from '../save';

/** What an SVG has from the page's style sheets, and would leave behind. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'stroke-linecap',
  'opacity',
  'font-size',
  'font-family',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'visibility',
  'paint-order'
];

const TITLE = 30;
const LINE = 17;

export interface SavedChart {
  readonly svg: SVGSVGElement;
  /** Above it, and below it line by line: what is told beside it on the page. */
  readonly title: string;
  readonly notes: readonly string[];
  readonly name: string;
}

/** The chart as a file of its own, with its title, its legend in words, and the page's colours. */
export function svgOfChart({ svg, title, notes }: SavedChart): { text: string; width: number; height: number } {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = [...svg.querySelectorAll<SVGElement>('*')];
  const to = [...copy.querySelectorAll<SVGElement>('*')];
  from.forEach((node, i) => {
    const style = getComputedStyle(node);
    for (const name of STYLES) {
      to[i]!.style.setProperty(name, style.getPropertyValue(name));
    }
    to[i]!.removeAttribute('class');
  });
  const root = svg.closest<HTMLElement>('.mv-root') ?? document.body;
  const { backgroundColor, color, fontFamily } = getComputedStyle(root);
  const all = height + TITLE + LINE * notes.length + (notes.length ? 10 : 0);
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
  add('rect', { width, height: all, fill: backgroundColor });
  const words = { 'font-family': fontFamily, fill: color };
  add('text', { ...words, x: 12, y: 20, 'font-size': 13, 'font-weight': 600 }, title);
  const chart = add('g', { transform: `translate(0,${TITLE})` });
  chart.append(...copy.childNodes);
  notes.forEach((note, i) => {
    add('text', { ...words, x: 12, y: TITLE + height + LINE * (i + 1), 'font-size': 11 }, note);
  });
  return { text: new XMLSerializer().serializeToString(whole), width, height: all };
}

export async function saveChart(chart: SavedChart, format: 'png' | 'svg'): Promise<void> {
  const { text, width, height } = svgOfChart(chart);
  if (format === 'svg') {
    saveFile(new Blob([text], { type: 'image/svg+xml' }), chart.name, 'svg');
    return;
  }
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  const context = canvas.getContext('2d')!;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.drawImage(image, 0, 0, width, height);
  saveFile(await pngOf(canvas), chart.name, 'png');
}
