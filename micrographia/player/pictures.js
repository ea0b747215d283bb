/** The data of one image in the browser: planes, overviews, histograms and single values, fetched and kept. */

import { pageCache } from "./cache.js";
import { fromAnswer, histogramOf } from "./histograms.js";
import { Loader, planeKey } from "./loader.js";
import { isBuffered, plan, wantedTiles } from "./planner.js";

const MOST_HISTOGRAMS = 600;
const MOST_OVERVIEWS = 24;
let players = 0;

export class Pictures {
  /**
   * @param {object} manifest
   * @param {import("./transport.js").HttpTransport} transport
   * @param {{onPlane: (wish: object) => void, onTrouble: (error: Error) => void, onOverview: () => void, onHistogram: () => void}} tell
   */
  constructor(manifest, transport, tell) {
    this.manifest = manifest;
    this.transport = transport;
    this.tell = tell;
    this.cache = pageCache;
    // A kernel's images have no address of their own that could be shared between players.
    this.prefix = `${manifest.base || `player ${++players}`}|`;
    this.overviews = new Map();
    this.asked = new Set();
    this.histograms = new Map();
    this.controller = new AbortController();
    this.loader = new Loader({
      transport,
      cache: this.cache,
      prefix: this.prefix,
      onArrive: (wish) => tell.onPlane(wish),
      onError: (error, wish) => wish.urgent && tell.onTrouble(error),
    });
  }

  want(scene, phase) {
    this.loader.want(plan(scene, phase, this.cache, this.prefix));
  }

  retry() {
    this.loader.retry();
    this.asked.clear();
  }

  close() {
    this.controller.abort();
    this.loader.close();
    this.overviews.clear();
    this.histograms.clear();
    if (!this.manifest.base) this.cache.clear(this.prefix);
  }

  isReady(scene, at, tiles) {
    return isBuffered(scene, at, this.cache, this.prefix, tiles);
  }

  /** Which positions along an axis need no fetching. */
  buffered(scene, axis) {
    const { tiles } = wantedTiles(scene);
    const { t, z } = scene.shown;
    const count = this.manifest.sizes[axis];
    return Array.from({ length: count }, (_, i) => this.isReady(scene, axis === "t" ? { t: i, z: String(z) } : { t, z: String(i) }, tiles));
  }

  /** Fetches all frames of an axis, tiny, unless they are there. */
  async wantOverview(scene, axis) {
    const { t, z } = scene.shown;
    if (scene.channels.length === 0 || this.manifest.sizes[axis] < 2 || (axis === "t" && typeof z === "string")) return;
    const at = axis === "z" ? t : z;
    const name = `${axis}/${at}`;
    const id = `${name}/${scene.channels}`;
    if (this.asked.has(id) || this.overviews.get(name)?.covers(scene.channels)) return;
    this.asked.add(id);
    const windows = scene.channels[0] === "rgb" ? null : scene.windows;
    try {
      const { header, planes } = await this.transport.overview({ axis, at, channels: scene.channels, windows }, this.controller.signal);
      if (this.overviews.size >= MOST_OVERVIEWS) this.overviews.delete(this.overviews.keys().next().value);
      this.overviews.set(name, { header, planes, covers: (channels) => channels.every((channel) => planes.has(channel)) });
      this.tell.onOverview();
    } catch {
      // An overview is a comfort: without it scrubbing shows planes as they come.
      this.asked.delete(id);
    }
  }

  /** The exact samples of a channel's whole plane, when they are in the cache. */
  exactPlane({ t, z }, channel, level = 0, row = 0, col = 0) {
    return this.cache.peek(this.prefix + planeKey({ level, t, z: String(z), row, col }, channel, "exact"));
  }

  /** The histogram of a plane, if it is known or can be counted here; null otherwise. */
  histogram({ t, z }, channel) {
    const key = `${t}/${z}/${channel}`;
    const known = this.histograms.get(key);
    if (known) return known;
    const { rows, cols } = this.manifest.levels[0];
    const plane = rows * cols === 1 ? this.exactPlane({ t, z }, channel) : null;
    const counted = plane ? histogramOf(plane) : null;
    if (counted) this.keepHistogram(key, counted);
    return counted;
  }

  /** Asks the server for the histograms of a plane that cannot be counted here. */
  async wantHistograms({ t, z }, channels) {
    const missing = channels.filter((channel) => !this.histogram({ t, z }, channel));
    const id = `histogram/${t}/${z}/${missing}`;
    if (missing.length === 0 || this.asked.has(id)) return;
    this.asked.add(id);
    try {
      const colour = missing[0] === "rgb";
      const answer = await this.transport.histogram({ t, z: String(z), channels: colour ? [0] : missing }, this.controller.signal);
      answer.channels.forEach((told) => this.keepHistogram(`${t}/${z}/${colour ? "rgb" : told.c}`, fromAnswer(told)));
      this.tell.onHistogram();
    } catch {
      this.asked.delete(id);
    }
  }

  keepHistogram(key, histogram) {
    if (this.histograms.size >= MOST_HISTOGRAMS) this.histograms.delete(this.histograms.keys().next().value);
    this.histograms.set(key, histogram);
  }

  /**
   * Raw samples under a point of the full-size image, from exact samples only.
   * @returns {(number|number[]|null)[]|null} by channel; null when none of the shown channels is known
   */
  valuesHere(scene, x, y) {
    const level = this.manifest.levels[0];
    const single = level.rows * level.cols === 1;
    const [row, col] = single ? [0, 0] : [Math.floor(y / level.tile), Math.floor(x / level.tile)];
    const values = [];
    for (const channel of scene.channels) {
      const plane = this.exactPlane(scene.shown, channel, 0, row, col);
      if (!plane) return null;
      const at = ((y - row * (single ? 0 : level.tile)) * plane.x + (x - col * (single ? 0 : level.tile))) * plane.samples;
      if (plane.samples === 3) values[0] = [...plane.data.subarray(at, at + 3)];
      else values[channel] = plane.data[at] - plane.bias;
    }
    return values;
  }

  /** The same from the server, for planes of which there are only previews. */
  async askValues({ shown }, x, y, signal) {
    const { values } = await this.transport.value({ t: shown.t, z: String(shown.z), y, x }, signal);
    return this.manifest.colour ? [values] : values;
  }
}
