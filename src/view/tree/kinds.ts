import { element } from '../../dom/element';

/**
 * What sort of layer a module is, told by its class's name. A sort has a colour and a letter: neither stands alone.
 * The colours (style/tree.css) are Paul Tol's 'bright' set, safe for the colour-blind.
 */
export type Sort =
  | 'attention'
  | 'container'
  | 'convolution'
  | 'embedding'
  | 'function'
  | 'linear'
  | 'normalisation'
  | 'other'
  | 'recurrent';

interface SortWords {
  readonly letter: string;
  readonly label: string;
}

export const SORTS: Readonly<Record<Sort, SortWords>> = {
  attention: { letter: 'A', label: 'attention' },
  container: { letter: '', label: 'block of modules' },
  convolution: { letter: 'C', label: 'convolution' },
  embedding: { letter: 'E', label: 'embedding' },
  function: { letter: 'ƒ', label: 'activation, pooling or dropout' },
  linear: { letter: 'L', label: 'linear' },
  normalisation: { letter: 'N', label: 'normalisation' },
  other: { letter: '·', label: 'module' },
  recurrent: { letter: 'R', label: 'recurrent' }
};

/** The first that matches wins: `MultiheadAttention` before `Linear`, `ConvNormActivation` is a container (it has children). */
const LEAVES: readonly (readonly [RegExp, Sort])[] = [
  [/norm/i, 'normalisation'],
  [/embed/i, 'embedding'],
  [/conv/i, 'convolution'],
  [/attention/i, 'attention'],
  [/lstm|gru|rnn/i, 'recurrent'],
  [/linear|dense|bilinear/i, 'linear'],
  [
    /relu|gelu|silu|swish|mish|tanh|sigmoid|softm|softplus|elu$|activation|act$|pool|drop|identity|flatten|pad|upsample/i,
    'function'
  ]
];

export function sortOf(kind: string, hasChildren: boolean): Sort {
  if (hasChildren) {
    return /attention/i.test(kind) ? 'attention' : 'container';
  }
  return LEAVES.find(([pattern]) => pattern.test(kind))?.[1] ?? 'other';
}

/** A module's mark: the colour and the letter of its sort. */
export function kindChip(kind: string, hasModules: boolean): HTMLElement {
  const sort = sortOf(kind, hasModules);
  const { letter, label } = SORTS[sort];
  const tip = kind && `${kind} · ${label}`;
  return element('span', { class: 'mv-chip', 'data-sort': sort, 'data-mv-tip': tip }, letter);
}
