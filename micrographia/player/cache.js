/** Planes kept in memory, newest use last, bounded in bytes; one for all players of a page. */

export class PlaneCache {
  /** @param {number} limit in bytes */
  constructor(limit) {
    this.limit = limit;
    this.bytes = 0;
    /** @type {Map<string, import("./container.js").Plane>} */
    this.entries = new Map();
  }

  /** Whether it is there; asking does not count as a use. */
  has(key) {
    return this.entries.has(key);
  }

  /** The plane without counting as a use. */
  peek(key) {
    return this.entries.get(key);
  }

  /** The plane, now the most recently used one. */
  get(key) {
    const plane = this.entries.get(key);
    if (plane) {
      this.entries.delete(key);
      this.entries.set(key, plane);
    }
    return plane;
  }

  set(key, plane) {
    this.delete(key);
    this.entries.set(key, plane);
    this.bytes += plane.data.byteLength;
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= this.limit || oldest === key) break;
      this.delete(oldest);
    }
  }

  delete(key) {
    const plane = this.entries.get(key);
    if (!plane) return;
    this.entries.delete(key);
    this.bytes -= plane.data.byteLength;
  }

  /** Forgets everything whose key begins so. */
  clear(prefix = "") {
    for (const key of [...this.entries.keys()]) if (key.startsWith(prefix)) this.delete(key);
  }
}

const memory = globalThis.navigator?.deviceMemory ?? 4;

/** The page's cache: 256 MB, less on small devices. */
export const pageCache = new PlaneCache(Math.min(256, memory * 64) * 2 ** 20);
