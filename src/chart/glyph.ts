import { create, type Selection } from 'd3';

import { ANOMALY_COLOURS } from '../tensor/colour';
import type { Anomaly } from '../tensor/tile';

const SHAPE: Record<Anomaly, string> = {
  nan: 'M4 4l8 8M12 4l-8 8',
  posinf: 'M8 13V3M3.500 7.500L8 3l4.500 4.500',
  neginf: 'M8 3v10M3.500 8.500L8 13l4.500-4.500'
};

/** How a cell that is not finite is drawn in a matrix, at the size of a line of text. */
export function anomalyGlyph(kind: Anomaly): SVGSVGElement {
  const svg = create('svg:svg')
    .attr('class', 'mv-glyph')
    .attr('viewBox', '0 0 16 16')
    .attr('aria-hidden', 'true') as unknown as Selection<SVGSVGElement, undefined, null, undefined>;
  svg.append('rect').attr('width', 16).attr('height', 16).attr('rx', 2).attr('fill', 'black');
  svg
    .append('path')
    .attr('d', SHAPE[kind])
    .attr('fill', 'none')
    .attr('stroke', `rgb(${ANOMALY_COLOURS[kind].join(' ')})`)
    .attr('stroke-width', 1.6);
  return svg.node()!;
}
