import { formatAmount, formatBytes, formatQuantity, formatSeconds, formatStatistic } from '../../tensor/format';
import type { Profile } from '../../wire/protocol';
import type { Box, Boxes } from './boxes';

/** A statistic of modules that boxes can be coloured by. A part that knows another adds one: `overlays.add({…})`. */
export interface Overlay {
  readonly id: string;
  /** `forward time` */
  readonly label: string;
  /** 's' and 'B' are written as durations and bytes are; any other takes a decimal prefix. */
  readonly unit: string;
  /** Null where there is no such number. */
  readonly valueOf: (box: Box) => number | null;
}

export const PARAMETERS: Overlay = {
  id: 'parameters',
  label: 'parameters',
  unit: '',
  valueOf: box => box.parameters
};

export const BYTES: Overlay = { id: 'bytes', label: 'bytes', unit: 'B', valueOf: box => box.bytes };

/** `1.2 ms`, `44.7 MB`, `3.63 GFLOP` */
export function amountOf({ unit }: Overlay, value: number): string {
  switch (unit) {
    case 's':
      return formatSeconds(value);
    case 'B':
      return formatBytes(value);
    default:
      if (unit) {
        return formatAmount(value, unit);
      }
      return Number.isInteger(value) ? formatQuantity(value) : formatStatistic(value);
  }
}

/** What boxes can be coloured by, in order. */
export class Overlays {
  private readonly known = new Map<string, Overlay>([PARAMETERS, BYTES].map(overlay => [overlay.id, overlay]));

  get all(): readonly Overlay[] {
    return [...this.known.values()];
  }

  get(id: string): Overlay | null {
    return this.known.get(id) ?? null;
  }

  /** One that has the id of another takes its place. */
  add(overlay: Overlay): void {
    this.known.set(overlay.id, overlay);
  }
}

/** The overlays of a profile, of what could be measured. A run is its members together; a module's later calls are told with its first. */
export function overlaysOf({ measures }: Profile, { of }: Boxes): Overlay[] {
  const indices = new Map(of.flatMap((box, index) => (box ? [[box, index] as const] : [])));
  const measured = measures.filter(({ total }) => total.some(value => value !== null));
  return measured.map(({ name, label, unit, total }) => {
    const values = new Map<Box, number | null>();
    const together = name === 'peak' ? largest : sum;
    const valueOf = (box: Box): number | null => {
      let value = values.get(box);
      if (value === undefined) {
        value = total[indices.get(box) ?? -1] ?? ofMembers(box, valueOf, together);
        values.set(box, value);
      }
      return value;
    };
    return { id: name, label, unit, valueOf };
  });
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** What is needed at one time is not needed by all members at once. */
const largest = (values: readonly number[]): number => Math.max(...values);

/** A list of modules is never called itself: it is as much as its members. */
function ofMembers(
  { run, children }: Box,
  valueOf: Overlay['valueOf'],
  together: (values: readonly number[]) => number
): number | null {
  const values = run ? children.map(valueOf).filter(value => value !== null) : [];
  return values.length ? together(values) : null;
}

/** From nothing to the largest of the boxes that are compared, which are those in sight. */
export function reachOf(overlay: Overlay, boxes: Iterable<Box>): number {
  let reach = 0;
  for (const box of boxes) {
    reach = Math.max(reach, overlay.valueOf(box) ?? 0);
  }
  return reach;
}
