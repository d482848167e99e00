const SVG = 'http://www.w3.org/2000/svg';

/** Strokes on a 16 × 16 field, in the colour of the text beside them. */
const PATHS = {
  aspect: 'M2.500 3.500h11v9h-11zM5 8h6M6.500 6.300L4.800 8l1.700 1.700M9.500 6.300L11.200 8 9.500 9.700',
  bookmark: 'M4.500 2.500h7v11L8 10.500l-3.500 3z',
  check: 'M3.5 8.5l3 3 6-7',
  close: 'M4 4l8 8M12 4l-8 8',
  collapse: 'M13 3l-4 4m0-3v3h3M3 13l4-4m0 3V9H4',
  copy: 'M5.5 5.5h7v7.5h-7zM3.5 10.5v-8h7',
  down: 'M4.5 6.5l3.5 3.5 3.5-3.5',
  download: 'M8 2.5v7.5m-3-3l3 3 3-3M3 13h10',
  empty: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M4.2 11.8l7.6-7.6',
  delete: 'M3 4.500h10M6.500 4.500v-2h3v2M4.500 4.500l.6 9h5.800l.6-9M6.800 7v4M9.200 7v4',
  edit: 'M3 13l.6-2.800 7.400-7.400 2.200 2.200-7.400 7.400zM9.800 4l2.200 2.200',
  error: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M6 6l4 4M10 6l-4 4',
  expand: 'M9 7l4-4m-3 0h3v3M7 9l-4 4m0-3v3h3',
  fit: 'M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3',
  info: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M8 7.5v3.2M8 5.2v.1',
  keyboard: 'M1.500 4h13v8.500h-13zM4 6.700h.1M6.600 6.700h.1M9.300 6.700h.1M12 6.700h.1M4.500 9.800h7',
  loading: 'M8 2.5a5.5 5.5 0 1 1-5.5 5.5',
  map: 'M2.500 3h11v10h-11zM8.500 8h3.500v3.500H8.500z',
  minus: 'M3.5 8h9',
  plus: 'M3.5 8h9M8 3.5v9',
  reset: 'M3.2 6.2a5 5 0 1 1-.2 3M3 2.8v3.5h3.5',
  right: 'M6.5 4.5L10 8l-3.5 3.5',
  search: 'M7 3a4 4 0 1 0 0 8a4 4 0 1 0 0-8M10 10l3.5 3.5',
  select: 'M3 3h2M7 3h2M11 3h2v2M13 7v2M13 11v2h-2M9 13H7M5 13H3v-2M3 9V7M3 5V3',
  settings: 'M2.500 4.500h6M11.500 4.500h2M10 3v3M2.500 8h2M7.500 8h6M6 6.500v3M2.500 11.500h5M10.500 11.500h3M9 10v3',
  sidebar: 'M2.5 3.5h11v9h-11zM6.5 3.5v9',
  transpose: 'M3 10.5V3h7.5M8.5 1l2 2-2 2M13 5.5V13H5.5M7.500 11l-2 2 2 2',
  warning: 'M8 2.8L14 13H2zM8 6.8v3M8 11.4v.1'
} as const;

export type IconName = keyof typeof PATHS;
export const ICONS = Object.keys(PATHS) as readonly IconName[];

/** An ornament: hidden from assistive technology, so what holds it needs a name of its own. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'mv-icon');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
