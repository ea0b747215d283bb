/** Changes of a display state, as pure functions: each gives the state that comes after. */

import { slicesOf } from "./state.js";

/** @typedef {import("./wishes.js").DisplayState} DisplayState */

const NOTHING = { color: null, limits: null, gamma: null, visible: null };

/** One channel changed. @param {DisplayState} state */
export function withChannel(state, index, wish) {
  return withChannels(state, { ...state.channels, [index]: { ...NOTHING, ...state.channels[index], ...wish } });
}

/** The channels of which anything is wished: states that mean the same have the same address. */
function withChannels(state, channels) {
  const wished = Object.entries(channels).filter(([, wish]) => Object.values(wish).some((value) => value !== null));
  return { ...state, channels: Object.fromEntries(wished) };
}

/** Of all channels this one visible: what grey mode does. */
export function withOnly(state, count, index) {
  let next = state;
  for (let at = 0; at < count; at++) next = withChannel(next, at, { visible: at === index });
  return next;
}

/** Every channel's limits left to the image, as on a new plane when limits are not kept. */
export function withoutLimits(state) {
  const channels = Object.entries(state.channels).map(([index, wish]) => [index, { ...wish, limits: null }]);
  return withChannels(state, Object.fromEntries(channels));
}

/** A projection of some kind; the slices stay those of the projection before. */
export function projected(state, z, kind) {
  const span = typeof z === "string" ? z.split(":")[1] : null;
  return { ...state, z: span ? `${kind}:${span}` : kind };
}

/** The projection of slices from one end to the other, in any order. */
export function spanning(state, z, depth, ends) {
  const within = ends.map((at) => Math.min(depth - 1, Math.max(0, Math.round(at)))).sort((a, b) => a - b);
  return { ...state, z: `${z.split(":")[0]}:${within.join("-")}` };
}

/** The first and the last slice of what is shown. */
export function endsOf(z, depth) {
  const { first, length } = slicesOf(z, depth);
  return [first, first + length - 1];
}
