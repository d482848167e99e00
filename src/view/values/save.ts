import { colourTable } from '../../tensor/colour';
import type { ColourScale, ColourTheme } from '../../tensor/colour';
import { formatStatistic } from '../../tensor/format';
import type { Plane } from '../../tensor/source';
import { imageOf, pngOf, saveFile, styled } from '../save';
import type { Rulers } from './rulers';
import type { Stage } from './stage';

export interface SaveOptions {
  readonly stage: Stage;
  readonly plane: Plane;
  readonly rulers: Rulers;
  readonly scale: ColourScale;
  readonly theme: ColourTheme;
  readonly title: string;
  readonly name: string;
}

/** In CSS pixels. */
const MARGIN = 12;
const TITLE = 24;
const LEGEND = 96;
const BAR = 14;

/** The picture with its title, rulers and colours, as a PNG at the screen's own resolution. */
export async function drawPicture(options: SaveOptions): Promise<Blob> {
  const { stage, theme, title, rulers } = options;
  const ratio = devicePixelRatio;
  const style = getComputedStyle(stage.node);
  const left = MARGIN + rulers.left.node.clientWidth;
  const top = MARGIN + TITLE + rulers.top.node.clientHeight;
  const width = left + stage.width + LEGEND + MARGIN;
  const height = top + stage.height + MARGIN;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.fillStyle = theme === 'light' ? 'white' : '#111418';
  context.fillRect(0, 0, width, height);
  context.fillStyle = theme === 'light' ? '#1a1c1f' : '#f2f4f7';
  context.font = `600 13px ${style.fontFamily}`;
  context.textBaseline = 'top';
  context.fillText(title, MARGIN, MARGIN, width - 2 * MARGIN);
  for (const layer of stage.canvases) {
    context.drawImage(layer, left, top, stage.width, stage.height);
  }
  await drawRuler(context, rulers.top.node, left, MARGIN + TITLE);
  await drawRuler(context, rulers.left.node, MARGIN, top);
  drawLegend(context, options, left + stage.width + 16, top, Math.min(stage.height, 320));
  return pngOf(canvas);
}

export async function savePicture(options: SaveOptions): Promise<void> {
  saveFile(await drawPicture(options), options.name, 'png');
}

/** An SVG with its styles written out, for it leaves the page's sheets behind. */
async function drawRuler(context: CanvasRenderingContext2D, svg: SVGSVGElement, x: number, y: number): Promise<void> {
  const { width, height } = svg.getBoundingClientRect();
  if (!width || !height) {
    return;
  }
  const overhang = 16;
  const copy = styled(svg);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width + 2 * overhang));
  copy.setAttribute('height', String(height + 2 * overhang));
  copy.setAttribute('viewBox', `${-overhang} ${-overhang} ${width + 2 * overhang} ${height + 2 * overhang}`);
  // The page gives it a size; on its own its attributes do.
  copy.style.removeProperty('width');
  copy.style.removeProperty('height');
  const image = await imageOf(new XMLSerializer().serializeToString(copy));
  context.drawImage(image, x - overhang, y - overhang);
}

function drawLegend(
  context: CanvasRenderingContext2D,
  { scale, theme }: SaveOptions,
  x: number,
  y: number,
  height: number
): void {
  const table = colourTable(scale.map, theme);
  const steps = table.length / 4;
  for (let step = 0; step < steps; step++) {
    const [r, g, b] = table.subarray(step * 4, step * 4 + 3);
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(x, y + height * (1 - (step + 1) / steps), BAR, height / steps + 0.5);
  }
  context.fillStyle = theme === 'light' ? '#1a1c1f' : '#f2f4f7';
  context.font = context.font.replace(/^\S+ 13px/, '11px');
  context.textBaseline = 'middle';
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const value = scale.low + (scale.high - scale.low) * part;
    context.fillText(formatStatistic(value), x + BAR + 6, y + height * (1 - part));
  }
}
