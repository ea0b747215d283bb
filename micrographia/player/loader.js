/**
 * Fetches what is wanted and nothing else: the newest list of wishes counts, what is no longer on it is
 * aborted, and what is on its way already is not asked for again.
 */

/** @typedef {import("./transport.js").PlaneRequest & {urgent: boolean}} Wish */

const AT_ONCE = 4;
const BEHIND = 2;
const GRACE = 2;

export class Loader {
  /**
   * @param {object} parts
   * @param {{planes: Function}} parts.transport
   * @param {import("./cache.js").PlaneCache} parts.cache
   * @param {string} parts.prefix what this image's keys begin with
   * @param {(wish: Wish) => void} parts.onArrive
   * @param {(error: Error, wish: Wish) => void} parts.onError
   */
  constructor({ transport, cache, prefix, onArrive, onError }) {
    Object.assign(this, { transport, cache, prefix, onArrive, onError });
    /** @type {Map<string, {wish: Wish, controller: AbortController}>} */
    this.underway = new Map();
    this.failed = new Set();
    this.wishes = [];
    this.ended = false;
  }

  /** Replaces what is wanted, most urgent first. */
  want(wishes) {
    this.wishes = wishes.filter((wish) => !this.failed.has(idOf(wish)));
    const wanted = (going) => wishes.some((wish) => covers(going, wish));
    const stale = [...this.underway.entries()].filter(([, { wish }]) => !wanted(wish));
    const kept = stale.filter(([, { wish }]) => wish.quality === "preview").slice(-GRACE);
    for (const entry of stale) if (!kept.includes(entry)) this.abort(entry[0]);
    this.next();
  }

  /** Whether something urgent is on its way or waiting. */
  get isBusy() {
    return this.wishes.some((wish) => wish.urgent) || [...this.underway.values()].some(({ wish }) => wish.urgent);
  }

  /** Forgets failures, so that they are tried again. */
  retry() {
    this.failed.clear();
  }

  close() {
    this.ended = true;
    this.wishes = [];
    for (const id of [...this.underway.keys()]) this.abort(id);
  }

  abort(id) {
    const going = this.underway.get(id);
    this.underway.delete(id);
    going?.controller.abort();
  }

  next() {
    const going = [...this.underway.values()].map(({ wish }) => wish);
    this.wishes = this.wishes.filter((wish) => !going.some((other) => covers(other, wish)));
    let urgent = going.filter((wish) => wish.urgent).length;
    let behind = going.length - urgent;
    while (this.wishes.length) {
      const wish = this.wishes[0];
      if (wish.urgent ? urgent >= AT_ONCE : behind >= BEHIND || urgent > 1) return;
      this.wishes.shift();
      if (wish.urgent) urgent += 1;
      else behind += 1;
      this.start(wish);
    }
  }

  async start(wish) {
    const id = idOf(wish);
    const controller = new AbortController();
    this.underway.set(id, { wish, controller });
    try {
      const { planes } = await this.transport.planes(wish, controller.signal);
      if (this.ended) return;
      for (const [c, plane] of planes) this.cache.set(this.prefix + planeKey(wish, c, plane.quality), plane);
      this.finish(id, controller);
      this.onArrive(wish);
    } catch (error) {
      if (this.ended || controller.signal.aborted) return;
      this.finish(id, controller);
      this.failed.add(id);
      this.onError(error, wish);
    }
    this.next();
  }

  finish(id, controller) {
    if (this.underway.get(id)?.controller === controller) this.underway.delete(id);
  }
}

/** The name of one channel of a tile in one quality, in the cache. */
export function planeKey({ level, t, z, row, col }, channel, quality) {
  return `${quality[0]}/${level}/${t}/${z}/${row}/${col}/${channel}`;
}

function idOf({ quality, level, t, z, row, col, channels, windows }) {
  return `${quality}/${level}/${t}/${z}/${row}/${col}/${channels}/${windows ?? ""}`;
}

/** Whether a request that is on its way brings all that is wished. */
function covers(going, wish) {
  const same = ["quality", "level", "t", "z", "row", "col"].every((key) => going[key] === wish[key]);
  if (!same) return false;
  return wish.channels.every((channel, i) => {
    const at = going.channels.indexOf(channel);
    return at >= 0 && (!wish.windows || String(going.windows?.[at]) === String(wish.windows[i]));
  });
}
