import type { Plane } from '../../tensor/source';
import { element, setHidden, setText } from '../../dom/element';
import type { ColourState, TensorDescriptor } from '../../wire/protocol';
import type { Readout } from '../view';
import { scaleAt } from './arranging';
import { cellText, hiddenNote, readoutText } from './describe';
import type { CellPlace } from './layout';
import type { Stage } from './stage';

/** The tip stands this far from its cell. */
const GAP = 10;
const EDGE = 14;

export interface PointingOptions {
  readonly stage: Stage;
  readonly tensor: TensorDescriptor;
  readonly colour: () => ColourState;
  readonly readout: (readout: Readout | null) => void;
  /** The finite value that is pointed at, or null. */
  readonly onValue: (value: number | bigint | null) => void;
}

/** The cell that is pointed at, by the pointer or the keyboard's cursor: its outline, its tip, and its value said. */
export class Pointing {
  place: CellPlace | null = null;
  readonly tip = element('div', { class: 'mv-values-tip', hidden: true });
  /** Read aloud as the cursor moves. */
  readonly live = element('div', { class: 'mv-values-live', 'aria-live': 'polite' });
  by: 'pointer' | 'keyboard' = 'pointer';

  constructor(private readonly options: PointingOptions) {}

  point(plane: Plane | null, place: CellPlace | null, by: 'pointer' | 'keyboard'): void {
    const { stage, readout, onValue, tensor } = this.options;
    const drawn = place && plane && stage.drawnCell(place);
    this.place = place;
    this.by = by;
    stage.setHover(by === 'pointer' ? place : null);
    if (!drawn) {
      readout(null);
      setHidden(this.tip, true);
      onValue(null);
      return;
    }
    const { statistic, hidden } = this.options.colour();
    const text = cellText(plane, tensor.dims, drawn, statistic, scaleAt(plane, tensor, place));
    const { cell } = drawn;
    const line = readoutText(text, cell.exact);
    const note = [text.note, hidden && hiddenNote(cell, statistic, hidden)].filter(Boolean).join(' · ');
    readout({ text: line, note });
    const value = cell.exact ? cell.value : cell[statistic];
    onValue(typeof value === 'number' && !Number.isFinite(value) ? null : value);
    setHidden(this.tip, by === 'keyboard');
    if (by === 'keyboard') {
      setText(this.live, `${line}, ${note}`);
    } else {
      setText(this.tip, cell.exact ? text.value : text.value.split(' · ')[0]!);
      this.placeTip(place, drawn.level);
    }
  }

  /** The same place after the values under it have changed. */
  again(plane: Plane): void {
    if (this.place) {
      this.point(plane, this.place, this.by);
    }
  }

  /** Beside the cell, on the side where there is room. */
  private placeTip(place: CellPlace, level: number): void {
    const { stage } = this.options;
    const rect = stage.rectOf(place, level);
    if (rect) {
      const width = this.tip.offsetWidth;
      const right = rect.right + GAP;
      // On the side with room; where neither has it, over the cell rather than cut.
      const x = right + width <= stage.width ? right : Math.max(0, rect.x - GAP - width);
      const y = Math.max(EDGE, Math.min(stage.height - EDGE, rect.y + rect.height / 2));
      this.tip.style.transform = `translate(${x}px, ${y}px) translateY(-50%)`;
    }
  }
}
