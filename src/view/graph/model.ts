import { parseFilter } from '../tree/filter';
import type { Graph } from '../../wire/protocol';
import { boxesOf } from './boxes';
import type { Box, Boxes } from './boxes';
import type { Lit } from './painter';
import { boxesFound, boxesLit, countsAbove } from './search';
import { boxesWith, traceOf } from './trace';
import type { Direction } from './trace';
import { above, isOpen, openAtFirst, visibleOf } from './visible';
import type { Link, Visible } from './visible';

/** How many boxes may be on screen at first. */
const ROOM = 24;

export interface Traced {
  readonly box: Box;
  readonly direction: Direction;
  /** Nodes beside those of the box itself. */
  readonly count: number;
}

/** What the view shows of a graph: what is open, what is searched for, what is traced. Knows no document. */
export class GraphModel {
  readonly boxes: Boxes;
  private readonly open: Set<string>;
  private traceLit: Lit | null = null;
  private _traced: Traced | null = null;
  private searchLit: Lit | null = null;
  private _found: readonly Box[] = [];
  private _matches: ReadonlyMap<Box, number> = new Map();

  /** `open` is what is to be open at first, where that is known. */
  constructor(
    readonly graph: Graph,
    open?: ReadonlySet<string>
  ) {
    this.boxes = boxesOf(graph);
    this.open = open ? new Set(open) : openAtFirst(this.boxes, ROOM);
  }

  get visible(): Visible {
    return this.visibleWith(this.open);
  }

  /** What would be on screen while these boxes are open. */
  visibleWith(open: ReadonlySet<string>): Visible {
    return visibleOf(this.graph, this.boxes, open);
  }

  get openBoxes(): ReadonlySet<string> {
    return this.open;
  }

  isOpen(box: Box): boolean {
    return isOpen(box, this.open);
  }

  /** False where the box cannot, or does already. */
  toggle(box: Box, open = !this.open.has(box.id)): boolean {
    if (!box.children.length || !box.parent || this.open.has(box.id) === open) {
      return false;
    }
    this.open[open ? 'add' : 'delete'](box.id);
    return true;
  }

  /** Opens every closed box, or closes every open one, that stands beside this one; says how many changed. */
  toggleLevel(box: Box | null, open: boolean): number {
    return (box?.parent ?? this.boxes.root).children.filter(each => this.toggle(each, open)).length;
  }

  closeAll(): void {
    this.open.clear();
  }

  /** Opens what a box is inside of; false where it could be seen already. */
  reveal(box: Box): boolean {
    return above(box).filter(each => this.toggle(each, true)).length > 0;
  }

  /** The box that is seen in a box's place. */
  shownFor(box: Box): Box {
    const closed = above(box).filter(each => !this.open.has(each.id));
    return closed.at(-1) ?? box;
  }

  /** All else is drawn faintly. A trace is what was asked for last, so it goes before a search. */
  get lit(): Lit | null {
    return this.traceLit ?? this.searchLit;
  }

  get traced(): Traced | null {
    return this._traced;
  }

  trace(box: Box, direction: Direction): Traced {
    const { graph, boxes } = this;
    const { nodes, own, edges } = traceOf(graph, boxes, box, direction);
    const lit = boxesWith(boxes, nodes);
    lit.add(box);
    this.traceLit = { boxes: lit, isLit: link => link.edges.some(edge => edges.has(edge)) };
    this._traced = { box, direction, count: nodes.size - own };
    return this._traced;
  }

  clearTrace(): boolean {
    const was = this._traced !== null;
    this._traced = this.traceLit = null;
    return was;
  }

  get found(): readonly Box[] {
    return this._found;
  }

  /** How many of what was found a box is, or holds. */
  get matches(): ReadonlyMap<Box, number> {
    return this._matches;
  }

  /** Says what of the query could not be read, and null where it could. By one that cannot be read nothing is found. */
  search(query: string): { readonly problem: string | null; readonly searching: boolean } {
    const asked = parseFilter(query);
    const filter = asked?.problem === null ? asked : null;
    this._found = filter ? boxesFound(this.graph, this.boxes, filter) : [];
    this.goneTo = -1;
    const counts = countsAbove(this._found);
    const lit = boxesLit(this._found);
    for (const box of this._found) {
      counts.set(box, (counts.get(box) ?? 0) + 1);
    }
    this._matches = counts;
    this.searchLit = filter && { boxes: lit, isLit: ({ source, target }: Link) => lit.has(source) && lit.has(target) };
    return { problem: asked?.problem ?? null, searching: filter !== null };
  }

  /** The match after, or before, the one that was gone to last, going round; a new search begins at its first. */
  nextFound(step: 1 | -1): { readonly box: Box; readonly number: number } | null {
    const { length } = this._found;
    if (!length) {
      return null;
    }
    this.goneTo = this.goneTo < 0 ? (step > 0 ? 0 : length - 1) : (this.goneTo + step + length) % length;
    return { box: this._found[this.goneTo]!, number: this.goneTo + 1 };
  }

  /** The place of the match that was gone to last; -1 before the first. */
  private goneTo = -1;
}
