/**
 * From samples to colours: one table for each channel, looked up and added up. No pixel is read twice, and
 * nothing here knows of the screen or the network.
 *
 * A table holds, for each sample, its share of red, green and blue in ten bits each (`r | g << 10 | b << 20`),
 * so that up to four channels add up in one number without running over.
 */

import { labelColor, rgb } from "./colors.js";

/**
 * @typedef {object} Layer one channel to be drawn
 * @property {Uint8Array|Uint16Array|Uint32Array|Int32Array|Float32Array} data samples
 * @property {number} bias what the samples were moved up by
 * @property {[number, number]|null} window what 0..255 of a preview stand for; null for samples in raw units
 * @property {[number, number]} limits raw units shown as black and as full colour
 * @property {number} gamma
 * @property {string} color "#RRGGBB"
 */

const STEPS = 4096;
const OPAQUE = 0xff000000;
const tables = new Map();
const curves = new Map();

/**
 * Channels added up into pixels.
 * @param {Layer[]} layers samples of the same length
 * @param {Uint32Array} out RGBA pixels, little-endian
 */
export function compose(layers, out) {
  if (layers.length === 0) return out.fill(OPAQUE);
  const parts = layers.map(lookUp);
  if (parts.length === 1) one(parts[0], out);
  else if (parts.length === 2) two(parts[0], parts[1], out);
  else if (parts.length === 3) three(parts[0], parts[1], parts[2], out);
  else many(parts, out);
  return out;
}

/**
 * A colour picture with its limits and gamma.
 * @param {Layer} layer three samples for each pixel
 * @param {Uint32Array} out
 */
export function composeColour(layer, out) {
  const { indexes, table } = lookUp({ ...layer, color: "#FFFFFF" });
  for (let i = 0, j = 0; i < out.length; i++, j += 3) {
    const r = table[indexes[j]] & 255;
    const g = table[indexes[j + 1]] & 255;
    const b = table[indexes[j + 2]] & 255;
    out[i] = OPAQUE | (b << 16) | (g << 8) | r;
  }
  return out;
}

/**
 * Labels in their colours; of several label channels the last one above the background is seen.
 * @param {{data: ArrayLike<number>, bias: number}[]} layers label numbers
 * @param {Uint32Array} out
 */
export function composeLabels(layers, out) {
  out.fill(OPAQUE);
  for (const { data, bias } of layers) {
    let [last, color] = [bias, 0];
    for (let i = 0; i < out.length; i++) {
      if (data[i] === bias) continue;
      if (data[i] !== last) {
        last = data[i];
        const [r, g, b] = labelColor(last - bias);
        color = OPAQUE | (b << 16) | (g << 8) | r;
      }
      out[i] = color;
    }
  }
  return out;
}

/** Samples as indexes into a table, with the table. */
function lookUp(layer) {
  const { data, bias, window, limits } = layer;
  if (data instanceof Uint8Array || data instanceof Uint16Array) {
    const size = data instanceof Uint8Array ? 256 : 65536;
    const [first, last] = window ?? [-bias, size - 1 - bias];
    return { indexes: data, table: tableFor(layer, size, first, last) };
  }
  return { indexes: quantised(data, limits), table: tableFor(layer, STEPS, limits[0], limits[1]) };
}

/** Samples that are too many for a table, in steps between the limits. */
function quantised(data, [low, high]) {
  const indexes = new Uint16Array(data.length);
  const step = high > low ? (STEPS - 1) / (high - low) : 0;
  for (let i = 0; i < data.length; i++) {
    const at = (data[i] - low) * step;
    indexes[i] = at > 0 ? (at < STEPS ? at : STEPS - 1) : 0;
  }
  return indexes;
}

/** The table whose entries stand for raw values evenly from `first` to `last`; the newest ones are kept. */
function tableFor({ limits, gamma, color }, size, first, last) {
  const key = `${size}:${first}:${last}:${limits[0]}:${limits[1]}:${gamma}:${color}`;
  const known = tables.get(key);
  if (known) return known;
  if (tables.size > 48) tables.clear();
  const table = filled(size, first, last, limits, curve(gamma), shares(color));
  tables.set(key, table);
  return table;
}

function filled(size, first, last, [low, high], brightness, colors) {
  const table = new Uint32Array(size);
  const unit = (last - first) / (size - 1) || 1;
  const span = high > low ? high - low : 1e-9;
  const [from, to] = [(low - first) / unit, (low + span - first) / unit];
  const begin = Math.max(0, Math.min(size, Math.ceil(from)));
  const end = Math.max(begin, Math.min(size, Math.ceil(to)));
  table.fill(colors[0], 0, begin);
  const step = (STEPS - 1) / (to - from);
  for (let i = begin; i < end; i++) table[i] = colors[brightness[((i - from) * step) | 0]];
  return table.fill(colors[255], end);
}

/** 0..255 for each step between the limits. */
function curve(gamma) {
  const known = curves.get(gamma);
  if (known) return known;
  if (curves.size > 32) curves.clear();
  const made = Uint8Array.from({ length: STEPS }, (_, i) => Math.round(255 * (i / (STEPS - 1)) ** gamma));
  curves.set(gamma, made);
  return made;
}

/** A colour's shares of red, green and blue for each brightness. */
function shares(color) {
  const [r, g, b] = rgb(color);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const part = (of) => Math.round((of * i) / 255);
    return part(r) | (part(g) << 10) | (part(b) << 20);
  });
}

function one({ indexes, table }, out) {
  for (let i = 0; i < out.length; i++) {
    const v = table[indexes[i]];
    out[i] = OPAQUE | ((v >> 4) & 0xff0000) | ((v >> 2) & 0xff00) | (v & 255);
  }
}

function two(a, b, out) {
  const [ai, at, bi, bt] = [a.indexes, a.table, b.indexes, b.table];
  for (let i = 0; i < out.length; i++) out[i] = saturated(at[ai[i]] + bt[bi[i]]);
}

function three(a, b, c, out) {
  const [ai, at, bi, bt, ci, ct] = [a.indexes, a.table, b.indexes, b.table, c.indexes, c.table];
  for (let i = 0; i < out.length; i++) out[i] = saturated(at[ai[i]] + bt[bi[i]] + ct[ci[i]]);
}

/** Any number of channels: after each the sum is cut at full brightness, which is what the screen does too. */
function many(parts, out) {
  const [first, ...others] = parts;
  for (let i = 0; i < out.length; i++) out[i] = first.table[first.indexes[i]];
  for (const { indexes, table } of others)
    for (let i = 0; i < out.length; i++) {
      const v = out[i] + table[indexes[i]];
      const r = v & 1023;
      const g = (v >> 10) & 1023;
      const b = v >> 20;
      out[i] = (r > 255 ? 255 : r) | ((g > 255 ? 255 : g) << 10) | ((b > 255 ? 255 : b) << 20);
    }
  for (let i = 0; i < out.length; i++) out[i] = saturated(out[i]);
}

function saturated(v) {
  const r = v & 1023;
  const g = (v >> 10) & 1023;
  const b = v >> 20;
  return OPAQUE | ((b > 255 ? 255 : b) << 16) | ((g > 255 ? 255 : g) << 8) | (r > 255 ? 255 : r);
}
