/**
 * From a tile's samples to as many as the screen can show, so that everything after costs what the screen
 * costs, never what the image costs.
 */

/**
 * What to sample for a rectangle of a tile shown on so many device pixels: at most one and a half samples
 * for each device pixel and axis; larger rectangles are averaged down.
 *
 * @param {{x: number, y: number, w: number, h: number}} rect whole numbers, in the tile's pixels
 * @param {number} width device pixels
 * @param {number} height
 * @returns {{w: number, h: number, taps: number}} size of the sampled grid, and how many samples are averaged
 *   along each axis
 */
export function grid(rect, width, height) {
  const ratio = Math.max(rect.w / Math.max(1, width), rect.h / Math.max(1, height));
  if (ratio <= 1.5) return { w: rect.w, h: rect.h, taps: 1 };
  return { w: Math.max(1, width), h: Math.max(1, height), taps: Math.min(4, Math.round(ratio)) };
}

/**
 * The rectangle of a plane on a grid.
 * @param {import("./container.js").Plane} plane
 * @param {{x: number, y: number, w: number, h: number}} rect in the plane's pixels
 * @param {{w: number, h: number, taps: number}} onto
 * @param {boolean} nearest labels are never averaged
 * @returns samples of the plane's own type, `onto.h` rows of `onto.w`
 */
export function sample(plane, rect, onto, nearest = false) {
  const { data, x: stride, samples } = plane;
  const whole = rect.x === 0 && rect.y === 0 && rect.w === stride && rect.h === plane.y;
  if (whole && onto.w === rect.w && onto.h === rect.h) return data;
  const out = new data.constructor(onto.w * onto.h * samples);
  if (onto.w === rect.w && onto.h === rect.h) return copied(plane, rect, out);
  const taps = nearest ? 1 : onto.taps;
  const columns = positions(rect.x, rect.w, onto.w, taps, samples);
  const rows = positions(rect.y, rect.h, onto.h, taps, stride * samples);
  if (samples === 3) return averagedColour(data, rows, columns, taps, onto, out);
  if (taps === 1) return picked(data, rows, columns, onto, out);
  return taps === 2 ? averagedByFour(data, rows, columns, onto, out) : averaged(data, rows, columns, taps, onto, out);
}

/** Offsets of the sampled rows or columns, `taps` for each. */
function positions(start, length, count, taps, step) {
  const offsets = new Int32Array(count * taps);
  const each = length / count;
  for (let i = 0; i < count; i++)
    for (let tap = 0; tap < taps; tap++) {
      const at = Math.min(length - 1, Math.floor((i + (tap + 0.5) / taps) * each));
      offsets[i * taps + tap] = (start + at) * step;
    }
  return offsets;
}

function copied({ data, x: stride, samples }, rect, out) {
  const width = rect.w * samples;
  for (let row = 0; row < rect.h; row++) {
    const from = ((rect.y + row) * stride + rect.x) * samples;
    out.set(data.subarray(from, from + width), row * width);
  }
  return out;
}

function picked(data, rows, columns, { w, h }, out) {
  for (let row = 0, i = 0; row < h; row++) {
    const from = rows[row];
    for (let column = 0; column < w; column++) out[i++] = data[from + columns[column]];
  }
  return out;
}

function averagedByFour(data, rows, columns, { w, h }, out) {
  for (let row = 0, i = 0; row < h; row++) {
    const [a, b] = [rows[2 * row], rows[2 * row + 1]];
    for (let column = 0; column < 2 * w; column += 2) {
      const [c, d] = [columns[column], columns[column + 1]];
      out[i++] = (data[a + c] + data[a + d] + data[b + c] + data[b + d]) / 4;
    }
  }
  return out;
}

function averaged(data, rows, columns, taps, { w, h }, out) {
  for (let row = 0, i = 0; row < h; row++)
    for (let column = 0; column < w; column++) {
      let sum = 0;
      for (let a = row * taps; a < (row + 1) * taps; a++)
        for (let b = column * taps; b < (column + 1) * taps; b++) sum += data[rows[a] + columns[b]];
      out[i++] = sum / (taps * taps);
    }
  return out;
}

function averagedColour(data, rows, columns, taps, { w, h }, out) {
  const n = taps * taps;
  for (let row = 0, i = 0; row < h; row++)
    for (let column = 0; column < w; column++) {
      let [r, g, b] = [0, 0, 0];
      for (let p = row * taps; p < (row + 1) * taps; p++)
        for (let q = column * taps; q < (column + 1) * taps; q++) {
          const at = rows[p] + columns[q];
          r += data[at];
          g += data[at + 1];
          b += data[at + 2];
        }
      out[i++] = r / n;
      out[i++] = g / n;
      out[i++] = b / n;
    }
  return out;
}
