/** Has the browser keep a file under a name that every system takes. */
export function saveFile(content: Blob, name: string, extension: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/[^\w.-]+/g, '_')}.${extension}`;
  link.click();
  // The download reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What a canvas shows, as a PNG. */
export const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob(blob => (blob ? resolve(blob) : reject(new Error('No PNG could be made.'))))
  );

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
  'paint-order',
  'shape-rendering'
];

/** A copy of an SVG in which the styles that it has from the page are written out. */
export function styled(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const to = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  [svg, ...svg.querySelectorAll<SVGElement>('*')].forEach((node, i) => {
    const style = getComputedStyle(node);
    STYLES.forEach(name => to[i]!.style.setProperty(name, style.getPropertyValue(name)));
    for (const paint of ['fill', 'stroke'] as const) {
      const { colour, opacity } = plainColour(style.getPropertyValue(paint));
      to[i]!.style.setProperty(paint, colour);
      to[i]!.style.setProperty(
        `${paint}-opacity`,
        String(opacity * Number(style.getPropertyValue(`${paint}-opacity`)))
      );
    }
    to[i]!.removeAttribute('class');
  });
  return copy;
}

/** Mixed colours come as `color(srgb …)`, which browsers alone read, and see-through ones as `rgba(…)`: here in words that every program knows. */
export function plainColour(css: string): { readonly colour: string; readonly opacity: number } {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(css);
  const plain = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(css);
  const [, r, g, b, a = '1'] = mixed ?? plain ?? [];
  if (r === undefined) {
    return { colour: css, opacity: 1 };
  }
  const parts = [r, g, b].map(part => Math.round(Number(part) * (mixed ? 255 : 1)));
  return { colour: `rgb(${parts.join(', ')})`, opacity: Number(a) };
}

/** The text of an SVG as a picture that a canvas can draw. */
export async function imageOf(svg: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  return image;
}
