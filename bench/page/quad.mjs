/* What a picture costs at the least: one regl quad with a float texture of the picture's size, shown as our views are shown. */
(() => {
  /** `createREGL` is the npm package regl, which run.mjs hands over. */
  window.bench.quad = (createREGL, width, height, textureWidth = width, textureHeight = height) => {
    const surface = new OffscreenCanvas(width, height);
    const gl = surface.getContext('webgl', { antialias: false, depth: false, stencil: false });
    const regl = createREGL({ gl, pixelRatio: 1, extensions: ['OES_texture_float'] });
    const values = Float32Array.from({ length: textureWidth * textureHeight }, Math.random);
    const shape = { width: textureWidth, height: textureHeight, format: 'luminance', type: 'float' };
    const texture = regl.texture({ ...shape, data: values, min: 'nearest', mag: 'nearest' });
    const command = regl({
      vert: `precision highp float;
        attribute vec2 corner;
        uniform vec2 offset;
        varying vec2 place;
        void main() {
          place = corner + offset;
          gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
        }`,
      frag: `precision highp float;
        uniform sampler2D values;
        varying vec2 place;
        void main() {
          gl_FragColor = vec4(vec3(texture2D(values, fract(place)).r), 1.0);
        }`,
      attributes: {
        corner: [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1]
        ]
      },
      uniforms: { values: texture, offset: regl.prop('offset') },
      primitive: 'triangle strip',
      count: 4,
      depth: { enable: false }
    });
    const canvas = document.createElement('canvas');
    const target = canvas.getContext('bitmaprenderer');
    return {
      canvas,
      upload(data) {
        texture.subimage({ ...shape, data });
      },
      draw(x, y) {
        regl.poll();
        command({ offset: [x / width, y / height] });
        target.transferFromImageBitmap(surface.transferToImageBitmap());
      },
      dispose() {
        regl.destroy();
        canvas.remove();
      }
    };
  };
})();
