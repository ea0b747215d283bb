/** Where planes come from: over HTTP from a site, or as messages from a notebook's kernel. */

import { decode } from "./container.js";

/** A failure with a sentence that may be shown. */
export class Failure extends Error {
  /**
   * @param {string} sentence
   * @param {boolean} again whether trying again can help
   */
  constructor(sentence, again = true) {
    super(sentence);
    this.again = again;
  }
}

/**
 * @typedef {object} PlaneRequest
 * @property {number} level
 * @property {number} t
 * @property {string} z
 * @property {number} row
 * @property {number} col
 * @property {(number|"rgb")[]} channels
 * @property {"preview"|"exact"} quality
 * @property {[number, number][]|null} windows one for each channel of a preview
 */

/** Planes from a site's `/pixels/...` addresses. */
export class HttpTransport {
  /** @param {object} manifest */
  constructor(manifest) {
    this.base = manifest.base.replace(/\/+$/, "");
    const at = this.base.lastIndexOf("/pixels/");
    this.site = this.base.slice(0, at);
    this.image = this.base.slice(at + "/pixels/".length);
    this.bytes = 0;
    this.requests = 0;
  }

  /** @param {PlaneRequest} ask @param {AbortSignal} signal */
  async planes(ask, signal) {
    const { level, t, z, row, col } = ask;
    const address = `${this.base}/${level}/${t}/${encodeURIComponent(z)}/${row}/${col}?${planeQuery(ask)}`;
    return decode(await this.fetchBytes(address, signal), unpack);
  }

  async overview(ask, signal) {
    const address = `${this.site}/overview/${this.image}/${ask.axis}/${encodeURIComponent(ask.at)}?${planeQuery(ask)}`;
    return decode(await this.fetchBytes(address, signal), unpack);
  }

  async histogram({ t, z, channels }, signal) {
    return this.fetchJson(`${this.site}/histogram/${this.image}/${t}/${encodeURIComponent(z)}?c=${channels.join(",")}`, signal);
  }

  async value({ t, z, y, x }, signal) {
    return this.fetchJson(`${this.site}/value/${this.image}/${t}/${encodeURIComponent(z)}/${y}/${x}`, signal);
  }

  close() {}

  async fetchBytes(address, signal) {
    const answer = await this.fetched(address, signal);
    const buffer = await read(() => answer.arrayBuffer());
    this.bytes += buffer.byteLength;
    return buffer;
  }

  async fetchJson(address, signal) {
    const answer = await this.fetched(address, signal);
    return read(() => answer.json());
  }

  async fetched(address, signal) {
    this.requests += 1;
    const answer = await read(() => fetch(address, { signal, credentials: "same-origin" }), "The server cannot be reached.");
    if (!answer.ok) throw await failureOf(answer);
    return answer;
  }
}

/** Planes as messages of a widget: `{ask, id, ...}` goes out, `{id, ...}` with buffers comes back. */
export class MessageTransport {
  /** @param {{send: Function, on: Function, off?: Function}} model an anywidget model */
  constructor(model) {
    this.model = model;
    this.waiting = new Map();
    this.last = 0;
    this.bytes = 0;
    this.requests = 0;
    this.onMessage = (message, buffers) => this.answered(message, buffers);
    model.on("msg:custom", this.onMessage);
  }

  async planes(ask, signal) {
    return decode(await this.asked("planes", ask, signal), unpack);
  }

  async overview(ask, signal) {
    return decode(await this.asked("overview", ask, signal), unpack);
  }

  histogram(ask, signal) {
    return this.asked("histogram", ask, signal);
  }

  value(ask, signal) {
    return this.asked("value", ask, signal);
  }

  close() {
    this.model.off?.("msg:custom", this.onMessage);
    for (const { reject } of this.waiting.values()) reject(new DOMException("closed", "AbortError"));
    this.waiting.clear();
  }

  asked(kind, ask, signal) {
    const id = ++this.last;
    this.requests += 1;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      signal?.addEventListener("abort", () => {
        if (!this.waiting.delete(id)) return;
        this.model.send({ ask: "cancel", id });
        reject(new DOMException("aborted", "AbortError"));
      });
      this.model.send({ ask: kind, id, ...ask });
    });
  }

  answered(message, buffers) {
    const waiting = this.waiting.get(message?.id);
    if (!waiting) return;
    this.waiting.delete(message.id);
    if (message.error) return waiting.reject(new Failure(String(message.error)));
    if (!buffers?.length) return waiting.resolve(message.answer);
    const { buffer, byteOffset, byteLength } = buffers[0];
    this.bytes += byteLength;
    waiting.resolve(byteOffset === undefined ? buffers[0].slice(0) : buffer.slice(byteOffset, byteOffset + byteLength));
  }
}

/** What an address says about channels, quality and windows. */
export function planeQuery({ channels, quality, windows }) {
  const parts = [];
  if (!channels.includes("rgb")) parts.push(`c=${channels.join(",")}`);
  if (quality) parts.push(`q=${quality}`);
  if (windows && !channels.includes("rgb")) parts.push(`w=${windows.map(([low, high]) => `${low}..${high}`).join(",")}`);
  return parts.join("&");
}

/** Runs a step of fetching; everything but being aborted becomes a sentence. */
async function read(step, sentence = "The server's answer could not be read.") {
  try {
    return await step();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(sentence);
  }
}

async function failureOf(answer) {
  let said = null;
  try {
    said = (await answer.json()).error;
  } catch {
    said = null;
  }
  const known = typeof said === "string" && said.length < 400 ? said : null;
  const fallback = answer.status === 404 ? "The server does not have this plane." : `The server could not make this plane (${answer.status}).`;
  return new Failure(known ?? fallback);
}

let sheet = null;

/** The pixels of a JPEG or WebP. */
async function unpack(bytes, type) {
  const bitmap = await createImageBitmap(new Blob([bytes], { type }), { colorSpaceConversion: "none" });
  const { width, height } = bitmap;
  sheet ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (sheet.canvas.width < width) sheet.canvas.width = width;
  if (sheet.canvas.height < height) sheet.canvas.height = height;
  sheet.globalCompositeOperation = "copy";
  sheet.drawImage(bitmap, 0, 0);
  bitmap.close();
  return sheet.getImageData(0, 0, width, height);
}
