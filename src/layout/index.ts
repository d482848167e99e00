export { createLayoutEngine } from './engine';
export type { LayoutEngine } from './engine';
export type { Laid, LayoutEdge, LayoutGraph, LayoutNode, Place, Point } from './types';
