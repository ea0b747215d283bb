/** What a painter and a planner need to know of what is to be on the screen. */

import { followsPlane } from "./state.js";

/**
 * @param {object} manifest
 * @param {object} shown the resolved display state
 * @param {import("./viewport.js").Viewport} viewport
 * @param {{size: {x: number, y: number}, ratio: number}} stage
 * @returns {import("./planner.js").Scene}
 */
export function sceneOf(manifest, shown, viewport, { size, ratio }) {
  const drawn = shown.colour ? shown.shown.slice(0, 1) : shown.shown;
  const channels = shown.colour ? drawn.map(() => "rgb") : drawn;
  const limits = drawn.map((index) => shown.channels[index].limits);
  const isGrey = shown.mode === "grey" && !shown.colour;
  const looks = drawn.map((index) => {
    const { color, gamma } = shown.channels[index];
    return { color: isGrey ? "#FFFFFF" : color, gamma };
  });
  const windows = followsPlane(shown) ? limits.map((pair) => wide(pair, manifest.range)) : limits;
  return { manifest, shown, viewport, stage: size, ratio, channels, limits, looks, windows };
}

/** A window with room for limits that change from plane to plane. */
function wide([low, high], range) {
  const [first, last] = range ?? [-Infinity, Infinity];
  const room = (high - low) / 2;
  return [Math.max(Math.min(first, low), low - room), Math.min(Math.max(last, high), high + room)];
}
