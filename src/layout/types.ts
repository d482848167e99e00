/** A box to lay out. An open one has children; its width and height are then the least it may have. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  /** Room above the children of an open box. */
  readonly header?: number;
  readonly children?: readonly LayoutNode[];
}

export interface LayoutEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

/** What is open, as boxes in boxes. An edge joins any two of them, never a box and what holds it. */
export interface LayoutGraph {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly LayoutEdge[];
  /** Where edges go to. */
  readonly direction: 'down' | 'right';
}

export type Point = readonly [x: number, y: number];

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything is, from the graph's own upper left corner. */
export interface Laid {
  readonly nodes: ReadonlyMap<string, Place>;
  /** From the source's border to the target's. */
  readonly edges: ReadonlyMap<string, readonly Point[]>;
  readonly width: number;
  readonly height: number;
}
