// One instance a facet: a rectangle on screen, and the cells of the tile's texture that it shows.
precision highp float;
attribute vec2 corner;
attribute vec4 rectangle;
attribute vec4 cells;
uniform vec2 resolution;
varying vec2 cell;

void main() {
  vec2 pixel = rectangle.xy + corner * rectangle.zw;
  cell = cells.xy + corner * cells.zw;
  gl_Position = vec4(pixel / resolution * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
