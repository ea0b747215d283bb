/**
 * The display state: what is on the screen. Wishes (`wishes.js`) and the image's manifest resolve into what is
 * really shown, always in range. The twin of `imaging/display.py`; both are tested against the cases in
 * `tests/display_cases.json`.
 */

import { channelColors } from "./colors.js";

export { emptyState, readAddress, readJson } from "./wishes.js";

/** @typedef {import("./wishes.js").DisplayState} DisplayState */

export const KEYS = ["v", "t", "z", "ch", "mode", "view", "auto", "lock", "fps", "play", "bar"];
export const VISIBLE_AT_MOST = 16;
const VISIBLE_AT_FIRST = 6;
const RANGES = {
  bool: [0, 1],
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
};

/**
 * The address form of a state, without what is as by default; no leading "?".
 * @param {DisplayState} state
 */
export function toUrl(state) {
  const parts = [];
  if (state.t !== null) parts.push(`t=${state.t}`);
  if (state.z !== null) parts.push(`z=${state.z}`);
  const indexes = Object.keys(state.channels).sort((a, b) => a - b);
  parts.push(...indexes.map((at) => `ch=${[at, ...tokensOf(state.channels[at])].join(",")}`));
  if (state.mode !== "composite") parts.push(`mode=${state.mode}`);
  if (state.view !== null) parts.push(`view=${state.view.map(numberText).join(",")}`);
  if (state.auto !== "once") parts.push(`auto=${state.auto}`);
  if (!state.lock) parts.push("lock=off");
  if (state.fps !== 10) parts.push(`fps=${numberText(state.fps)}`);
  if (state.play !== "loop") parts.push(`play=${state.play}`);
  if (!state.bar) parts.push("bar=off");
  return parts.join("&");
}

/** A number as it is written in an address: without "+", which is a space there. */
export function numberText(number) {
  return String(number).replace("+", "");
}

/** An address's query with the state put in, and everything else in it left as it was. */
export function mergedQuery(query, state) {
  const parts = query.replace(/^\?/, "").split("&");
  const others = parts.filter((part) => part && !KEYS.includes(part.split("=")[0]));
  return [...others, toUrl(state)].filter(Boolean).join("&");
}

/**
 * What is really shown: every wish in range, every gap filled from the image.
 * @param {DisplayState} state
 * @param {object} manifest
 */
export function resolve(state, manifest) {
  const { sizes } = manifest;
  const z = resolvedZ(state.z, sizes.z);
  const channels = resolvedChannels(state, manifest, summedSlices(z, sizes.z));
  const visible = channels.filter((channel) => channel.visible).map((channel) => channel.index);
  return {
    t: Math.min(state.t ?? 0, sizes.t - 1),
    z,
    channels,
    shown: state.mode === "grey" ? visible.slice(0, 1) : visible,
    mode: state.mode,
    colour: Boolean(manifest.colour),
    labels: Boolean(manifest.labels),
    view: state.view === null ? null : resolvedView(state.view, sizes.y, sizes.x),
    auto: state.auto,
    lock: state.lock,
    fps: state.fps,
    play: state.play,
    bar: state.bar,
  };
}

/**
 * The state with limits that this image can have, and a sentence for each that was given up or moved.
 * @param {DisplayState} state
 * @param {object} manifest
 */
export function fitted(state, manifest) {
  const findings = [];
  const { z, channels: described } = resolve(state, manifest);
  const [first, last] = possibleLimits(manifest, z);
  const channels = Object.entries(state.channels).map(([index, wish]) => {
    const limits = within(wish.limits, [first, last], manifest.dtype);
    if (String(limits) === String(wish.limits)) return [index, wish];
    const ends = wish.limits.map(numberText).join(" to ");
    const instead = limits ? limits.map(numberText).join(" to ") : "its own limits";
    const name = described[index]?.name || `Channel ${Number(index) + 1}`;
    findings.push(`${name}: ${ends} is outside ${first} to ${last}; shown with ${instead}.`);
    return [index, { ...wish, limits }];
  });
  const wished = channels.filter(([, wish]) => Object.values(wish).some((value) => value !== null));
  return { state: { ...state, channels: Object.fromEntries(wished) }, findings };
}

/** The least and the greatest limits that can be set for a slice or a projection. */
export function possibleLimits(manifest, z) {
  return scaled(sampleRange(manifest.dtype), summedSlices(z, manifest.sizes.z));
}

/** Limits moved to where samples of this type can be, always rising. */
export function clamped(limits, [first, last], dtype) {
  if (dtype.startsWith("float")) return limits;
  const [low, high] = limits.map((limit) => Math.min(Math.max(limit, first), last));
  if (low < high) return [low, high];
  return low >= last ? [last - 1, last] : [low, low + 1];
}

/**
 * Whether limits that are not set by hand are those of the plane: where that is wished, where limits are for one plane
 * only, and in a projection, in which they are not those of a slice.
 */
export function followsPlane({ auto, lock, z, colour, labels }) {
  return auto === "plane" || lock === false || (typeof z === "string" && !colour && !labels);
}

/** The first slice and how many a resolved z takes. */
export function slicesOf(z, size) {
  if (typeof z === "number") return { first: z, length: 1 };
  const [, ends] = z.split(":");
  if (!ends) return { first: 0, length: size };
  const [first, last] = ends.split("-").map(Number);
  return { first, length: last - first + 1 };
}

function summedSlices(z, size) {
  return String(z).startsWith("sum") ? slicesOf(z, size).length : 1;
}

/** The least and the greatest value that samples of a type can have; 0 to 1 for floating point. */
export function sampleRange(dtype) {
  return RANGES[dtype] ?? [0, 1];
}

function resolvedZ(z, size) {
  if (z === null) return Math.floor(size / 2);
  if (typeof z === "number") return Math.min(z, size - 1);
  const [method, ends] = z.split(":");
  const [first, last] = ends ? ends.split("-").map((end) => Math.min(Number(end), size - 1)) : [0, size - 1];
  if (first === last) return first;
  return first === 0 && last === size - 1 ? method : `${method}:${first}-${last}`;
}

function resolvedChannels(state, manifest, summed) {
  const possible = sampleRange(manifest.dtype);
  let left = VISIBLE_AT_MOST;
  return describedChannels(manifest).map((channel, index) => {
    const wish = state.channels[index];
    const visible = (wish?.visible ?? index < VISIBLE_AT_FIRST) && left > 0;
    left -= visible ? 1 : 0;
    return {
      index,
      name: channel.name,
      color: wish?.color ?? channel.color,
      limits: within(wish?.limits, scaled(possible, summed), manifest.dtype) ?? scaled(channel.limits, summed),
      gamma: wish?.gamma ?? 1,
      visible,
    };
  });
}

/** The channels as the image says: each with a name, a colour and limits; one for a colour image. */
function describedChannels(manifest) {
  const possible = sampleRange(manifest.dtype);
  const given = manifest.channels ?? [];
  const limitsOf = (channel) => (manifest.labels ? null : within(channel?.limits, possible, manifest.dtype)) ?? possible;
  if (manifest.colour) return [{ name: "Colour", color: "#FFFFFF", limits: limitsOf(given[0]) }];
  const count = manifest.sizes.c;
  const all = Array.from({ length: count }, (_, i) => given[i] ?? {});
  const colors = channelColors(all.map((channel) => channel.color));
  return all.map((channel, i) => ({
    name: channel.name || (count > 1 ? `Channel ${i + 1}` : ""),
    color: colors[i],
    limits: limitsOf(channel),
  }));
}

function within(limits, possible, dtype) {
  if (!limits || !limits.every(Number.isFinite)) return null;
  let [low, high] = limits;
  if (!dtype.startsWith("float")) [low, high] = [Math.max(low, possible[0]), Math.min(high, possible[1])];
  return low < high ? [low, high] : null;
}

function scaled([low, high], by) {
  return [low * by, high * by];
}

function resolvedView([x, y, w, h], height, width) {
  const wide = Math.min(Math.max(w, 1), 16 * width);
  const high = Math.min(Math.max(h, 1), 16 * height);
  const left = Math.min(Math.max(x, -wide / 2), width - wide / 2);
  const top = Math.min(Math.max(y, -high / 2), height - high / 2);
  return [left, top, wide, high];
}

function tokensOf(wish) {
  const tokens = [];
  if (wish.color !== null) tokens.push(wish.color.slice(1));
  if (wish.limits !== null) tokens.push(wish.limits.map(numberText).join(".."));
  if (wish.gamma !== null) tokens.push(`g${numberText(wish.gamma)}`);
  if (wish.visible !== null) tokens.push(wish.visible ? "on" : "off");
  return tokens;
}
