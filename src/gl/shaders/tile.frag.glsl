// The value's step of the colour map. What a draw call does not need is left out by its defines (commands.ts), for every
// fragment of a whole picture pays for it:
//   MASKED  some cells are not finite (their kinds: cells.ts)
//   GLYPHS  cells have room for glyphs: of what is not finite, and of what lies outside the range
//   LINES   cells are parted by hairlines
//   HIDING  cells under (or over) a threshold are not drawn: the page shows through a hatch
precision highp float;
uniform sampler2D values;
uniform sampler2D colours;
uniform vec2 size;
uniform vec2 range; // low, and high - low
varying vec2 cell;

#ifdef MASKED
uniform sampler2D mask;
uniform vec3 nanColour;
uniform vec3 posinfColour;
uniform vec3 neginfColour;
#endif
#if defined(GLYPHS) || defined(LINES)
uniform vec2 cellPixels;
#endif
#if defined(GLYPHS) || defined(LINES) || defined(HIDING)
uniform float pixelRatio;
#endif
#if defined(LINES) || defined(HIDING)
uniform vec4 line;
#endif
#ifdef HIDING
uniform vec2 threshold;
uniform float over;
uniform float hatch;
#endif

#if defined(MASKED) && defined(GLYPHS)
float stroke(float distance, float width) {
  return clamp(0.5 + width * 0.5 - abs(distance), 0.0, 1.0);
}

// A cross from corner to corner of the middle of the cell.
float crossGlyph(vec2 p, float side, float width) {
  float within = step(max(abs(p.x), abs(p.y)), side * 0.28);
  return within * max(stroke((p.x - p.y) * 0.7071, width), stroke((p.x + p.y) * 0.7071, width));
}

// An arrow that points up; p.y grows downwards.
float arrowGlyph(vec2 p, float side, float width) {
  float reach = side * 0.3;
  float shaft = step(abs(p.y), reach) * stroke(p.x, width);
  float head = step(p.y, 0.0) * step(-reach, p.y) * stroke((abs(p.x) - (p.y + reach)) * 0.7071, width);
  return max(shaft, head);
}
#endif

void main() {
  vec2 index = floor(cell);
  vec2 at = (index + 0.5) / size;
  float value = texture2D(values, at).r;
  float position = range.y > 0.0 ? (value - range.x) / range.y : 0.5;
  float place = clamp(floor(position * 256.0), 0.0, 255.0);
  vec4 colour = texture2D(colours, vec2((place + 0.5) / 256.0, 0.5));

#ifdef HIDING
  bool between = value > threshold.x && value < threshold.y;
  bool beyond = value < threshold.x || value > threshold.y;
  if (over > 0.5 ? beyond : between) {
    // Premultiplied, on nothing: what is hidden has the page's own colour.
    float drawn = step(mod(gl_FragCoord.x - gl_FragCoord.y, hatch), pixelRatio) * line.a;
    colour = vec4(line.rgb * drawn, drawn);
    position = 0.5;
  }
#endif

#if defined(GLYPHS) || defined(LINES)
  vec2 inside = (cell - index) * cellPixels; // pixels from the cell's top left
#endif

#ifdef MASKED
  float kind = floor(texture2D(mask, at).r * 255.0 + 0.5);
  if (kind > 0.5) {
    vec3 flatColour = kind < 1.5 ? nanColour : kind < 2.5 ? posinfColour : neginfColour;
    position = 0.5;
#ifdef GLYPHS
    vec2 centred = inside - cellPixels * 0.5;
    float side = min(cellPixels.x, cellPixels.y);
    float width = max(1.0, side * 0.08);
    flatColour *= kind < 1.5 ? crossGlyph(centred, side, width)
      : arrowGlyph(kind < 2.5 ? centred : vec2(centred.x, -centred.y), side, width);
#endif
    colour = vec4(flatColour, 1.0);
  }
#endif

#ifdef GLYPHS
  // Outside the range: a small plus or minus in the cell's corner, out of the way of its colour.
  if (position < 0.0 || position > 1.0) {
    float arm = max(1.5, min(min(cellPixels.x, cellPixels.y) * 0.12, 5.0 * pixelRatio));
    vec2 p = abs(vec2(cellPixels.x - arm - 1.0, arm + 1.0) - inside);
    float thick = max(1.0, arm * 0.4) * 0.5;
    bool bar = p.x <= arm && p.y <= thick;
    bool pole = position > 1.0 && p.y <= arm && p.x <= thick;
    if (bar || pole) {
      float luminance = dot(colour.rgb, vec3(0.299, 0.587, 0.114));
      colour.rgb = mix(colour.rgb, vec3(luminance < 0.5 ? 1.0 : 0.0), 0.85);
    }
  }
#endif

#ifdef LINES
  if (min(inside.x, inside.y) < pixelRatio) {
    colour = mix(colour, vec4(line.rgb, 1.0), line.a);
  }
#endif
  gl_FragColor = colour;
}
