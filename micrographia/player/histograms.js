/** Histograms and automatic limits, from exact samples; pure. */

/**
 * @typedef {object} Histogram
 * @property {number} min
 * @property {number} max
 * @property {[number, number]} edges the raw values at which the first bin begins and the last ends
 * @property {number[]} counts
 * @property {[number, number]} auto limits from percentiles
 */

const BINS = 256;
const LOW = 0.001;
const HIGH = 0.999;

/**
 * The histogram of exact samples.
 * @param {import("./container.js").Plane} plane
 * @returns {Histogram|null} null for a plane without any number
 */
export function histogramOf({ data, bias }) {
  const step = Math.max(1, Math.floor(data.length / 2 ** 20));
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i += step) {
    const v = data[i];
    if (v < min) min = v;
    if (v > max) max = v;
  }
  if (!Number.isFinite(min) || !Number.isFinite(max)) return null;
  const fine = finely(data, step, min, max);
  const at = (share) => min + percentile(fine, share) * (max - min);
  const whole = !(data instanceof Float32Array);
  const ends = [at(LOW), at(HIGH)].map((v) => (whole ? Math.round(v) : v));
  // Few whole numbers get a bin each: among more bins than numbers most would be empty.
  const isFew = whole && max - min < BINS;
  return {
    min: min - bias,
    max: max - bias,
    edges: isFew ? [min - bias - 0.5, max - bias + 0.5] : [min - bias, max - bias],
    counts: isFew ? singly(fine, max - min) : coarsely(fine),
    auto: widened(ends[0] - bias, ends[1] - bias),
  };
}

/** A histogram as the server tells it. */
export function fromAnswer(answer) {
  const low = answer.percentiles?.["0.1"] ?? answer.min;
  const high = answer.percentiles?.["99.9"] ?? answer.max;
  const { min, max, edges, counts } = answer;
  return { min, max, edges, counts, auto: widened(low, high) };
}

/** Limits that are never the same number. */
export function widened(low, high) {
  return high > low ? [low, high] : [low, low + 1];
}

/** How many samples fall into each of 4096 bins. */
function finely(data, step, min, max) {
  const bins = new Uint32Array(4096);
  const scale = max > min ? 4095 / (max - min) : 0;
  for (let i = 0; i < data.length; i += step) {
    const v = data[i];
    if (v === v) bins[((v - min) * scale) | 0] += 1;
  }
  return bins;
}

/** The share of the span below which this share of the samples lies. */
function percentile(bins, share) {
  const total = bins.reduce((sum, n) => sum + n, 0);
  let below = 0;
  for (let i = 0; i < bins.length; i++) {
    below += bins[i];
    if (below >= share * total) return i / (bins.length - 1);
  }
  return 1;
}

function singly(fine, span) {
  const scale = span ? (fine.length - 1) / span : 0;
  return Array.from({ length: span + 1 }, (_, i) => fine[(i * scale) | 0]);
}

function coarsely(fine) {
  const each = fine.length / BINS;
  return Array.from({ length: BINS }, (_, i) => fine.subarray(i * each, (i + 1) * each).reduce((sum, n) => sum + n, 0));
}

/**
 * The span a histogram is drawn over: what the plane holds and both limits, with a little room.
 * @param {Histogram|null} histogram
 * @param {[number, number]} limits
 * @param {[number, number]|null} range of samples that are possible
 */
export function domainOf(histogram, limits, range) {
  const low = Math.min(limits[0], histogram?.min ?? limits[0]);
  const high = Math.max(limits[1], histogram?.max ?? limits[1]);
  const room = (high - low) * 0.04 || 1;
  const [first, last] = range ?? [-Infinity, Infinity];
  return [Math.max(Math.min(first, low), low - room), Math.min(Math.max(last, high), high + room)];
}

/** Heights (0..1) of a histogram over a domain, in logarithmic steps so that rare bright samples are seen. */
export function heights(histogram, domain, columns) {
  const { edges, counts } = histogram;
  const out = new Array(columns).fill(0);
  const width = (edges[1] - edges[0]) / counts.length || (domain[1] - domain[0]) / columns;
  const most = Math.log1p(Math.max(...counts)) || 1;
  for (let column = 0; column < columns; column++) {
    const from = domain[0] + ((domain[1] - domain[0]) * column) / columns;
    const to = domain[0] + ((domain[1] - domain[0]) * (column + 1)) / columns;
    const first = Math.max(0, Math.floor((from - edges[0]) / width));
    const last = Math.min(counts.length - 1, Math.max(first, Math.ceil((to - edges[0]) / width) - 1));
    for (let bin = first; bin <= last && from < edges[1] + width && to > edges[0]; bin++)
      out[column] = Math.max(out[column], Math.log1p(counts[bin]) / most);
  }
  return out;
}
