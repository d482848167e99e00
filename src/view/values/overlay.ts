import { isBinary, niceStep } from '../../chart/steps';
import { colourOf, inkOn, isHidden } from '../../tensor/colour';
import type { ColourScale, ColourTheme } from '../../tensor/colour';
import { indexAt } from '../../tensor/order';
import type { Plane } from '../../tensor/source';
import type { Tile } from '../../tensor/tile';
import { setHidden } from '../../dom/element';
import type { Hidden, TileAddress } from '../../wire/protocol';
import type { Camera } from './camera';
import { eachFacet } from './geometry';
import { drawnCell, encodingOf, shortValue } from './describe';
import { facetIndex, holdsFacet } from './region';
import type { Region } from './region';
import type { Viewport } from './scene';

/** Cells at least this wide, in CSS pixels, print their value. */
const VALUE_PIXELS = 44;
const VALUE_HEIGHT = 18;
const FONT = 11;
/** Facets at least this wide have an outline. */
const OUTLINED_FACET = 12;
/** The sizes that a band's indices are written in, the larger where the empty place beside the band has room for it. */
const BAND_FONTS = [FONT, 9];
const BAND_GAP = 4;
const DIGIT = 6.7;

export interface OverlayState {
  readonly plane: Plane;
  readonly camera: Camera;
  readonly view: Viewport;
  readonly scale: ColourScale;
  readonly theme: ColourTheme;
  readonly hidden: Hidden | null;
  readonly region: Region | null;
  readonly peek: (tile: TileAddress) => Tile | undefined;
}

/** What is drawn over the picture: the values in large cells, the facets' labels, the region. */
export class Overlay {
  readonly canvas = document.createElement('canvas');
  private readonly context = this.canvas.getContext('2d');
  private colours = { ink: '', accent: '', hairline: '', theme: '', family: '' };

  constructor() {
    this.canvas.className = 'mv-values-overlay';
    setHidden(this.canvas, true);
  }

  draw(state: OverlayState): void {
    const { camera, plane, region, view } = state;
    const { layout, zoom } = camera;
    const values = zoom >= VALUE_PIXELS && layout.cellHeight(zoom) >= VALUE_HEIGHT;
    const labels = layout.label(zoom) > 0 && plane.facets > 1;
    const band = layout.bands > 1 ? bandLabels(state) : null;
    const side = Math.min(layout.facetWidth(zoom), layout.facetHeight(zoom));
    const outlines = plane.facets > 1 && side >= OUTLINED_FACET;
    const shown = values || labels || band !== null || outlines || region !== null;
    // A hidden canvas costs nothing while panning.
    setHidden(this.canvas, !shown);
    if (!shown || !this.context) {
      return;
    }
    const width = Math.round(view.width * view.ratio);
    const height = Math.round(view.height * view.ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.readColours(state.theme);
    this.context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    this.context.clearRect(0, 0, view.width, view.height);
    this.context.lineWidth = 1;
    this.context.strokeStyle = this.colours.hairline;
    eachFacet(camera, view, (facet, left, top) => {
      if (outlines) {
        // The middle of a map is the page's own colour: without a line a facet has no edge.
        this.context!.strokeRect(left - 0.5, top - 0.5, layout.facetWidth(zoom) + 1, layout.facetHeight(zoom) + 1);
      }
      if (labels) {
        this.label(state, facet, left, top);
      }
      const row = Math.floor(facet / layout.inBand);
      if (band && facet % layout.inBand === 0 && layout.gridColumn(facet) > 0 && row % band.step === 0) {
        this.bandLabel(state, facet, left, top, band.font);
      }
      if (values) {
        this.values(state, facet, left, top);
      }
      if (region && holdsFacet(plane, region, facet)) {
        this.region(state, region, left, top);
      }
    });
  }

  private label({ plane, camera }: OverlayState, facet: number, left: number, top: number): void {
    const context = this.context!;
    const { layout, zoom } = camera;
    const width = layout.facetWidth(zoom);
    const index = indexAt(plane, plane.dims.facets[0]!, facetIndex(plane, facet)[0]!);
    const named = `${plane.dims.facets[0]} ${index}`;
    const text = named.length * DIGIT <= width ? named : String(index);
    if (text.length * DIGIT > width + layout.gap(zoom)) {
      return;
    }
    context.font = `${FONT}px ${this.colours.family}`;
    context.fillStyle = this.colours.ink;
    context.textAlign = 'left';
    context.textBaseline = 'top';
    context.fillText(text, left, top + layout.facetHeight(zoom) + 3);
  }

  /** The first facet dimension's index, at the left of a band's row; the ruler says it for the first band. */
  private bandLabel({ plane, camera }: OverlayState, facet: number, left: number, top: number, font: number): void {
    const context = this.context!;
    context.font = `${font}px ${this.colours.family}`;
    context.fillStyle = this.colours.ink;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    const middle = top + camera.layout.facetHeight(camera.zoom) / 2;
    const index = indexAt(plane, plane.dims.facets[0]!, facetIndex(plane, facet)[0]!);
    context.fillText(String(index), left - BAND_GAP, middle);
  }

  private values(state: OverlayState, facet: number, left: number, top: number): void {
    const context = this.context!;
    const { plane, camera, view, scale, theme, hidden } = state;
    const { zoom } = camera;
    const cellHeight = camera.layout.cellHeight(zoom);
    const room = Math.floor((zoom - 4) / DIGIT);
    context.font = `${FONT}px ${this.colours.family}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const rowEnd = Math.min(plane.rows, Math.ceil((view.height - top) / cellHeight));
    const columnEnd = Math.min(plane.columns, Math.ceil((view.width - left) / zoom));
    for (let row = Math.max(0, Math.floor(-top / cellHeight)); row < rowEnd; row++) {
      for (let column = Math.max(0, Math.floor(-left / zoom)); column < columnEnd; column++) {
        const drawn = drawnCell(plane, 0, { facet, row, column }, state.peek);
        if (!drawn?.cell.exact) {
          continue;
        }
        const { value } = drawn.cell;
        // What is not finite has a glyph that says more, and what is hidden says nothing.
        if ((typeof value === 'bigint' || Number.isFinite(value)) && !(hidden && isHidden(hidden, Number(value)))) {
          context.fillStyle = inkOn(colourOf(scale, theme, Number(value)));
          context.fillText(
            shortValue(value, encodingOf(plane, drawn.tile), room),
            left + (column + 0.5) * zoom,
            top + (row + 0.5) * cellHeight
          );
        }
      }
    }
  }

  private region({ camera }: OverlayState, region: Region, left: number, top: number): void {
    const context = this.context!;
    const { zoom } = camera;
    const cellHeight = camera.layout.cellHeight(zoom);
    const x = left + region.columns[0] * zoom;
    const y = top + region.rows[0] * cellHeight;
    const width = (region.columns[1] - region.columns[0]) * zoom;
    const height = (region.rows[1] - region.rows[0]) * cellHeight;
    // Two lines, so that it stands out from any colour.
    context.lineWidth = 3;
    context.strokeStyle = this.colours.theme === 'light' ? 'white' : 'black';
    context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
    context.lineWidth = 1.5;
    context.strokeStyle = this.colours.accent;
    context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
    context.lineWidth = 1;
    context.strokeStyle = this.colours.hairline;
  }

  /** Reading styles forces a style recalculation: once a theme. */
  private readColours(theme: ColourTheme): void {
    if (this.colours.theme === theme) {
      return;
    }
    const style = getComputedStyle(this.canvas);
    this.colours = {
      theme,
      ink: style.color,
      hairline: style.getPropertyValue('--mv-hairline').trim() || '#e0e0e0',
      accent: style.getPropertyValue('--mv-accent').trim() || '#1976d2',
      family: style.fontFamily || 'sans-serif'
    };
  }

  /** The theme's sheets may have come after the theme's name. */
  forgetColours(): void {
    this.colours.theme = '';
  }
}

/** How the rows of bands are labelled: the size of the digits, and every how many; null where there is no room beside a band. */
function bandLabels({ plane, camera }: OverlayState): { readonly font: number; readonly step: number } | null {
  const { layout, zoom } = camera;
  const digits = String(plane.facetShape[0]! - 1).length;
  const room = layout.pitchX(zoom) + layout.gap(zoom) - BAND_GAP;
  const font = BAND_FONTS.find(size => (digits * DIGIT * size) / FONT <= room);
  return font === undefined
    ? null
    : { font, step: niceStep((font + 2) / layout.pitchY(zoom), isBinary(plane.facetShape[0]!)) };
}
