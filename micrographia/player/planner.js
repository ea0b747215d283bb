/** What to fetch for what is on the screen, most urgent first. Pure: it reads the cache and starts nothing. */

import { planeKey } from "./loader.js";
import { levelFor, shown, tilesIn, tileRect } from "./viewport.js";
import { upcoming } from "./clock.js";
import { followsPlane } from "./state.js";

/**
 * @typedef {object} Scene
 * @property {object} manifest
 * @property {object} shown the resolved display state
 * @property {import("./viewport.js").Viewport} viewport
 * @property {{x: number, y: number}} stage CSS pixels
 * @property {number} ratio device pixels for each CSS pixel
 * @property {(number|"rgb")[]} channels those to be drawn
 * @property {[number, number][]} windows the window to ask a preview in, for each of them
 * @property {[number, number][]} limits
 *
 * @typedef {object} Phase
 * @property {boolean} settled nothing has moved for a moment
 * @property {boolean} adjusting limits are being dragged: any preview will do
 * @property {"t"|"z"|null} playing
 * @property {boolean} [frugal] while playing, previews are good enough for pictures of any size
 * @property {boolean} [saving] little data is asked for: nothing is fetched ahead while nothing plays
 * @property {"t"|"z"} axis the one that moved last
 * @property {1|-1} direction where it went
 */

export const AHEAD = 20;
const SMALL_BYTES = 256 * 1024;
const EXACT_BYTES = 64 * 2 ** 20;
const NEIGHBOUR_BYTES = 12 * 2 ** 20;
const SAMPLE_BYTES = { uint8: 1, int8: 1, uint16: 2, int16: 2 };

/** The level and the tiles that show the scene best. */
export function wantedTiles({ manifest, viewport, stage, ratio }) {
  const level = levelFor(manifest.levels, viewport.scale * ratio);
  return { level, tiles: tilesIn(manifest.levels, level, shown(viewport, stage)) };
}

/** Tiles of the coarsest level, to be shown until finer ones are there; none when it is the wanted one. */
export function coarseTiles(scene, level) {
  const last = scene.manifest.levels.length - 1;
  if (level === last) return [];
  return tilesIn(scene.manifest.levels, last, shown(scene.viewport, scene.stage)).slice(0, 4);
}

/**
 * The requests for a scene.
 * @param {Scene} scene
 * @param {Phase} phase
 * @param {import("./cache.js").PlaneCache} cache
 * @param {string} prefix
 * @returns {import("./loader.js").Wish[]}
 */
export function plan(scene, phase, cache, prefix) {
  const here = { t: scene.shown.t, z: String(scene.shown.z) };
  const { level, tiles } = wantedTiles(scene);
  const wishes = [];
  const add = (list, at, quality, urgent, during = phase) => {
    for (const tile of list) {
      const wish = wishFor(scene, { ...tile, ...at }, quality, urgent, during, cache, prefix);
      if (wish) wishes.push(wish);
    }
  };
  const bytes = exactBytes(scene, tiles);
  const first = phase.playing && phase.frugal ? cheapQuality(scene) : firstQuality(scene, bytes);
  if (tiles.some((tile) => wishFor(scene, { ...tile, ...here }, first, true, phase, cache, prefix)))
    add(coarseTiles(scene, level), here, cheapQuality(scene), true);
  add(tiles, here, first, true);
  if (phase.playing) {
    for (const at of framesAhead(scene, phase)) add(tiles, at, first, false);
    return wishes;
  }
  if (!phase.settled) return wishes;
  if (wantsExact(scene, bytes)) add(tiles, here, "exact", true);
  if (phase.saving || tiles.length > 8) return wishes;
  const near = neighbours(scene, phase);
  // A neighbour's preview in other limits is fetched again when it is gone to, not before.
  const easy = { ...phase, adjusting: true };
  for (const at of near) add(tiles, at, first, false, easy);
  if (bytes <= NEIGHBOUR_BYTES && first === "preview" && wantsExact(scene, bytes))
    for (const at of near.slice(0, 2)) add(tiles, at, "exact", false);
  return wishes;
}

/** Whether all that is needed to draw this plane of the scene is there, at least as a preview. */
export function isBuffered(scene, at, cache, prefix, tiles = wantedTiles(scene).tiles) {
  return tiles.every((tile) =>
    scene.channels.every((channel, i) => {
      const key = { ...tile, ...at };
      if (cache.has(prefix + planeKey(key, channel, "exact"))) return true;
      return isGood(cache.peek(prefix + planeKey(key, channel, "preview")), scene, i);
    }),
  );
}

/** Whether a preview carries enough for the limits it is shown with. */
function isGood(preview, scene, i) {
  if (!preview) return false;
  if (!preview.window || followsPlane(scene.shown)) return true;
  const [low, high] = scene.limits[i];
  const [first, last] = preview.window;
  const slack = 0.02 * (last - first);
  return low >= first - slack && high <= last + slack && last - first <= 2.5 * (high - low);
}

function wishFor(scene, tile, quality, urgent, phase, cache, prefix) {
  const missing = [];
  scene.channels.forEach((channel, i) => {
    if (cache.has(prefix + planeKey(tile, channel, "exact"))) return;
    if (quality === "preview") {
      const preview = cache.peek(prefix + planeKey(tile, channel, "preview"));
      if (phase.adjusting ? preview : isGood(preview, scene, i)) return;
    }
    missing.push(i);
  });
  if (missing.length === 0) return null;
  const channels = missing.map((i) => scene.channels[i]);
  const windows = quality === "preview" && channels[0] !== "rgb" ? missing.map((i) => scene.windows[i]) : null;
  return { ...tile, channels, quality, windows, urgent };
}

function exactBytes({ manifest, channels }, tiles) {
  const each = (SAMPLE_BYTES[manifest.dtype] ?? 4) * (channels[0] === "rgb" ? 3 : channels.length);
  return tiles.reduce((sum, { level, row, col }) => {
    const { w, h } = tileRect(manifest.levels[level], row, col);
    return sum + w * h * each;
  }, 0);
}

/** What is small needs no preview. */
function firstQuality(scene, bytes) {
  return bytes <= SMALL_BYTES && !scene.manifest.colour ? "exact" : cheapQuality(scene);
}

/** Label numbers have no preview. */
function cheapQuality({ manifest }) {
  return manifest.labels ? "exact" : "preview";
}

/** A colour picture that is shown smaller than it is gains nothing from exact samples. */
function wantsExact({ manifest, viewport, ratio }, bytes) {
  if (bytes > EXACT_BYTES) return false;
  return !manifest.colour || viewport.scale * ratio >= 1 || bytes <= 4 * 2 ** 20;
}

function framesAhead(scene, { playing, direction }) {
  const { sizes } = scene.manifest;
  const { t, z, play } = scene.shown;
  const from = playing === "t" ? t : z;
  const frames = upcoming(from, sizes[playing], play, direction, AHEAD);
  return frames.map((at) => (playing === "t" ? { t: at, z: String(z) } : { t, z: String(at) }));
}

/** Planes beside this one: further where the visitor is going than where they come from. */
function neighbours(scene, { axis, direction }) {
  const { sizes } = scene.manifest;
  const { t, z } = scene.shown;
  const other = axis === "t" ? "z" : "t";
  const steps = [[axis, 1], [axis, -1], [axis, 2], [axis, 3], [other, 1], [other, -1], [axis, 4], [axis, -2]];
  return steps.flatMap(([along, step]) => {
    if (along === "z" && typeof z === "string") return [];
    const at = (along === "t" ? t : z) + step * (along === axis ? direction : 1);
    if (at < 0 || at >= sizes[along]) return [];
    return [along === "t" ? { t: at, z: String(z) } : { t, z: String(at) }];
  });
}
