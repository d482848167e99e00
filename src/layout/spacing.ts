/** Distances, in CSS pixels at a zoom of one. */
export const SPACING = {
  /** Between boxes beside each other, and between rows of them. */
  beside: 20,
  rows: 24,
  /** Between lines, and between a line and a box that it passes. */
  lines: 8,
  passing: 12,
  /** Between an open box's border and what is inside. */
  padding: 12
} as const;
