/* How to see in the page that a library has drawn the data, without a screenshot: its own canvas or picture is read. */
(() => {
  const SIDE = 64;
  const small = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true });

  /** Elements of a kind, in shadow roots and frames of our origin too. */
  function* deep(root, selector) {
    yield* root.querySelectorAll(selector);
    for (const element of root.querySelectorAll('*')) {
      const inner = element.shadowRoot ?? (element.localName === 'iframe' ? element.contentDocument : null);
      if (inner) {
        yield* deep(inner, selector);
      }
    }
  }

  /** The colours of a picture, SIDE × SIDE of them; `area` is the part that shows the matrix: [left, top, width, height] of 1. */
  const colours = (picture, [left, top, width, height], [w, h]) => {
    small.clearRect(0, 0, SIDE, SIDE);
    small.imageSmoothingEnabled = true;
    small.drawImage(picture, left * w, top * h, width * w, height * h, 0, 0, SIDE, SIDE);
    return small.getImageData(0, 0, SIDE, SIDE).data;
  };

  const mean = (data, inside) => {
    const sum = [0, 0, 0, 0];
    let count = 0;
    for (let y = 2; y < SIDE - 2; y++) {
      for (let x = 2; x < SIDE - 2; x++) {
        const where = inside(x / SIDE, y / SIDE);
        if (where) {
          count++;
          for (let c = 0; c < 4; c++) {
            sum[c] += data[(y * SIDE + x) * 4 + c];
          }
        }
      }
    }
    return sum.map(value => value / count);
  };

  const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

  /** The fraction of a region whose colour is nearer to `own` than to `other`. */
  const share = (data, inside, own, other) => {
    let count = 0;
    let right = 0;
    for (let y = 2; y < SIDE - 2; y++) {
      for (let x = 2; x < SIDE - 2; x++) {
        if (inside(x / SIDE, y / SIDE)) {
          const at = (y * SIDE + x) * 4;
          count++;
          right += Number(
            distance(data.subarray(at, at + 3), own) < distance(data.subarray(at, at + 3), other) && data[at + 3] > 200
          );
        }
      }
    }
    return right / count;
  };

  // What kernel/bench_data.py plants; the margins leave out what lies on the edge. Where row 0 is drawn at the bottom, `flip`.
  const M = 0.03;
  const box = (x0, x1, y0, y1) => ({
    inside: (x, y) => x > x0 + M && x < x1 - M && y > y0 + M && y < y1 - M,
    outside: (x, y) => x < x0 - M || x > x1 + M || y < y0 - M || y > y1 + M
  });
  const BLOCK = box(0.5, 0.75, 0.25, 0.5);
  const FLIPPED = box(0.5, 0.75, 0.5, 0.75);
  /** Sixteen cells of the first corner, of the 103 that treescope leaves of each side. */
  const CORNER = box(-M, 16 / 103, -M, 16 / 103);

  /** Whether a picture shows what was planted where it is, in a colour of its own, and nothing else of that colour. */
  const shows = (picture, { inside, outside }, area = [0, 0, 1, 1], size = [picture.width, picture.height]) => {
    if (!(size[0] > 8 && size[1] > 8)) {
      return false;
    }
    const data = colours(picture, area, size);
    const own = mean(data, inside);
    const other = mean(data, outside);
    return (
      own[3] > 200 &&
      distance(own, other) > 60 &&
      share(data, inside, own, other) > 0.8 &&
      share(data, outside, other, own) > 0.8
    );
  };

  /** The part of a plot that is coloured, as a person finds it: the bounding box of saturated pixels, found once for a size. */
  const colouredArea = (picture, [w, h]) => {
    const width = Math.min(400, w);
    const height = Math.round((h * width) / w);
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context.drawImage(picture, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const box = [width, height, -1, -1];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (y * width + x) * 4;
        const [r, g, b, a] = data.subarray(at, at + 4);
        if (a > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 60) {
          box[0] = Math.min(box[0], x);
          box[1] = Math.min(box[1], y);
          box[2] = Math.max(box[2], x + 1);
          box[3] = Math.max(box[3], y + 1);
        }
      }
    }
    const [x0, y0, x1, y1] = box;
    return x1 > x0 ? [x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height] : null;
  };

  const decoded = new Map();
  /** An <image> of SVG, as something that can be drawn; null until it is decoded. */
  const ofSVG = async image => {
    const href = image.href.baseVal;
    if (!href || href === 'data:,') {
      return null;
    }
    if (!decoded.has(href)) {
      decoded.clear();
      const copy = new Image();
      copy.src = href;
      decoded.set(
        href,
        copy.decode().then(
          () => copy,
          () => null
        )
      );
    }
    return decoded.get(href);
  };

  window.bench.probes = {
    /** The matrix stands at the stage's top left corner, as large as fits. */
    modelview(output) {
      for (const canvas of output.querySelectorAll('.mv-values canvas')) {
        const side = Math.min(canvas.width, canvas.height);
        if (shows(canvas, BLOCK, [0, 0, side / canvas.width, side / canvas.height])) {
          return true;
        }
      }
      return false;
    },

    matplotlib(output) {
      const image = output.querySelector('img');
      if (!image?.complete || !image.naturalWidth) {
        return false;
      }
      const size = [image.naturalWidth, image.naturalHeight];
      const area = colouredArea(image, size);
      return area !== null && shows(image, BLOCK, area, size);
    },

    async plotly(output) {
      for (const element of output.querySelectorAll('.heatmaplayer image')) {
        const image = await ofSVG(element);
        if (image && shows(image, FLIPPED, [0, 0, 1, 1], [image.naturalWidth, image.naturalHeight])) {
          return true;
        }
      }
      return false;
    },

    bokeh(output) {
      for (const canvas of deep(output, 'canvas')) {
        const area = canvas.width > 8 && colouredArea(canvas, [canvas.width, canvas.height]);
        if (area && shows(canvas, FLIPPED, area)) {
          return true;
        }
      }
      return false;
    },

    treescope(output) {
      for (const canvas of deep(output, 'canvas')) {
        if (shows(canvas, BLOCK)) {
          return true;
        }
      }
      return false;
    },

    treescopeTruncated(output) {
      for (const canvas of deep(output, 'canvas')) {
        if (shows(canvas, CORNER)) {
          return true;
        }
      }
      return false;
    }
  };
  window.bench.deep = deep;
  Object.assign(window.bench, { shows, colours, mean, BLOCK, FLIPPED, CORNER });
  window.bench.colouredArea = colouredArea;
})();
