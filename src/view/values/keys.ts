import { ARROWS, PAN_STEP } from '../../dom/gestures';
import type { Cursor } from './cursor';
import type { Stage } from './stage';

export type Command = 'index' | 'transpose' | 'aspect' | 'anomaly' | 'bookmarks';

const COMMANDS: Readonly<Record<string, Command>> = {
  g: 'index',
  t: 'transpose',
  a: 'aspect',
  n: 'anomaly',
  b: 'bookmarks'
};

const BIG_STEP = 10;
/** Of the stage's height. */
const PAGE = 0.9;

export interface KeysOptions {
  readonly stage: Stage;
  readonly cursor: Cursor;
  /** The cursor moved: the keys point now, until the pointer moves. */
  readonly onStep: () => void;
  readonly onFit: () => void;
  readonly onZoom: (into: boolean) => void;
  readonly onClear: () => void;
  readonly onCommand: (command: Command) => void;
}

/** The keyboard on a stage. */
export class Keys {
  private spaceHeld = false;

  constructor(private readonly options: KeysOptions) {}

  down(event: KeyboardEvent): void {
    const { stage } = this.options;
    if (!stage.camera || event.ctrlKey || event.metaKey || event.target !== stage.node || !this.takes(event)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  up(event: KeyboardEvent): void {
    this.spaceHeld &&= event.key !== ' ';
  }

  blur(): void {
    this.spaceHeld = false;
  }

  private takes(event: KeyboardEvent): boolean {
    const { stage, cursor, onStep, onFit, onZoom, onClear } = this.options;
    const arrow = ARROWS[event.key];
    if (arrow) {
      if (event.altKey || this.spaceHeld) {
        this.pan(arrow[0] * PAN_STEP, arrow[1] * PAN_STEP);
      } else {
        onStep();
        cursor.step(arrow, event.shiftKey ? BIG_STEP : 1);
      }
      return true;
    }
    switch (event.key) {
      case ' ':
        this.spaceHeld = true;
        return true;
      case 'PageUp':
      case 'PageDown':
        this.pan(0, (event.key === 'PageUp' ? -1 : 1) * PAGE * stage.height);
        return true;
      case 'End':
        this.pan(0, Number.MAX_SAFE_INTEGER);
        return true;
      case '0':
      case 'Home':
        onFit();
        return true;
      case '+':
      case '=':
        onZoom(true);
        return true;
      case '-':
      case '_':
        onZoom(false);
        return true;
      case 's':
      case 'S':
        cursor.toggleSelecting();
        return true;
      case 'Escape':
        cursor.rest();
        onClear();
        return true;
      default:
        return this.command(COMMANDS[event.key.toLowerCase()]);
    }
  }

  private pan(dx: number, dy: number): void {
    const { stage } = this.options;
    stage.camera!.panBy(dx, dy);
    stage.requestDraw();
  }

  private command(command: Command | undefined): boolean {
    if (command) {
      this.options.onCommand(command);
    }
    return command !== undefined;
  }
}
