/** Draws a scene from what the cache holds onto a canvas; the newest and finest that is there, never a blank. */

import { PlaneCache } from "./cache.js";
import { compose, composeColour, composeLabels } from "./compose.js";
import { frameOf } from "./container.js";
import { planeKey } from "./loader.js";
import { coarseTiles, wantedTiles } from "./planner.js";
import { grid, sample } from "./sampling.js";
import { shown, tileRect, upright } from "./viewport.js";

export const STAGE = "#08090A";
const ORDER = ["none", "overview", "preview", "exact"];
const CRISP_FROM = 3;

export class Painter {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("./cache.js").PlaneCache} cache
   * @param {string} prefix
   * @param {Map<string, {header: object, planes: Map}>} overviews by `axis/at`
   */
  constructor(canvas, cache, prefix, overviews) {
    this.context = canvas.getContext("2d", { alpha: false });
    this.cache = cache;
    this.prefix = prefix;
    this.overviews = overviews;
    this.samples = new PlaneCache(48 * 2 ** 20);
    this.sheet = document.createElement("canvas").getContext("2d");
    this.image = null;
    /** @type {{t: number, z: number|string}|null} the plane drawn last */
    this.last = null;
  }

  /**
   * Draws the scene, or, while nothing of its plane is there, the plane drawn last.
   * @param {import("./planner.js").Scene} scene
   * @returns {"exact"|"preview"|"overview"|"none"} the least good of what is on the screen
   */
  paint(scene) {
    const at = { t: scene.shown.t, z: scene.shown.z };
    if (scene.channels.length === 0) {
      this.last = at;
      this.draw(scene, []);
      return "exact";
    }
    const pieces = this.pieces(scene, at);
    if (pieces.length) {
      this.last = at;
      this.draw(scene, pieces);
      return pieces.reduce((least, { quality }) => (ORDER.indexOf(quality) < ORDER.indexOf(least) ? quality : least), "exact");
    }
    const old = this.last ? this.pieces(scene, this.last) : [];
    if (old.length || !this.last) this.draw(scene, old);
    return "none";
  }

  /** What there is to draw of a plane, coarse first. */
  pieces(scene, { t, z }) {
    const at = { t, z: String(z) };
    const { level, tiles } = wantedTiles(scene);
    const fine = tiles.map((tile) => this.pieceOf(scene, { ...tile, ...at }));
    if (fine.every((piece) => piece?.isWhole)) return fine;
    const coarse = coarseTiles(scene, level).map((tile) => this.pieceOf(scene, { ...tile, ...at }));
    const under = coarse.length && coarse.every((piece) => piece?.isWhole) ? coarse : [this.overviewPiece(scene, at), ...coarse];
    if (level > 0 || fine.some(Boolean) || under.some(Boolean)) return [...under, ...fine].filter(Boolean);
    return [];
  }

  pieceOf(scene, tile) {
    const planes = scene.channels.map((channel) => {
      const name = (quality) => this.prefix + planeKey(tile, channel, quality);
      return this.cache.get(name("exact")) ?? this.cache.get(name("preview")) ?? null;
    });
    if (!planes.some(Boolean)) return null;
    const level = scene.manifest.levels[tile.level];
    const isWhole = planes.every(Boolean);
    const quality = isWhole && planes.every((plane) => plane.quality === "exact") ? "exact" : "preview";
    const key = `${tile.level}/${tile.t}/${tile.z}/${tile.row}/${tile.col}`;
    return { planes, level, rect: tileRect(level, tile.row, tile.col), isWhole, quality, key };
  }

  /** The tiny frame of a plane, from the overview along z or along t. */
  overviewPiece(scene, { t, z }) {
    const found = this.frameIn(`z/${t}`, Number(z), scene) ?? this.frameIn(`t/${z}`, t, scene);
    if (!found) return null;
    const { planes, size } = found;
    const rect = { x: 0, y: 0, w: size.x, h: size.y };
    return { planes, level: size, rect, isWhole: true, quality: "overview", key: `overview/${t}/${z}` };
  }

  frameIn(name, index, scene) {
    const overview = this.overviews.get(name);
    if (!overview || !Number.isInteger(index)) return null;
    const { header, planes } = overview;
    const indices = header.indices ?? [];
    let best = 0;
    indices.forEach((at, i) => (best = Math.abs(at - index) < Math.abs(indices[best] - index) ? i : best));
    const frames = scene.channels.map((channel) => (planes.has(channel) ? frameOf(planes.get(channel), header, best) : null));
    return frames.some(Boolean) ? { planes: frames, size: { y: header.y, x: header.x } } : null;
  }

  draw(scene, pieces) {
    const { context } = this;
    const { width, height } = context.canvas;
    context.fillStyle = STAGE;
    context.fillRect(0, 0, width, height);
    for (const piece of pieces) this.drawPiece(scene, piece);
  }

  drawPiece(scene, piece) {
    const place = placed(scene, piece);
    if (!place) return;
    const { rect, left, top, width, height } = place;
    const onto = scene.manifest.labels ? { ...grid(rect, width, height), taps: 1 } : grid(rect, width, height);
    const image = this.imageOf(onto);
    this.fill(scene, piece, rect, onto, new Uint32Array(image.data.buffer));
    if (onto.w === width && onto.h === height) return this.context.putImageData(image, left, top);
    const { canvas } = this.sheet;
    if (canvas.width < onto.w) canvas.width = onto.w;
    if (canvas.height < onto.h) canvas.height = onto.h;
    this.sheet.putImageData(image, 0, 0);
    const crisp = scene.manifest.labels || (piece.quality !== "overview" && width / onto.w >= CRISP_FROM);
    this.context.imageSmoothingEnabled = !crisp;
    this.context.imageSmoothingQuality = piece.quality === "overview" ? "high" : "medium";
    this.context.drawImage(canvas, 0, 0, onto.w, onto.h, left, top, width, height);
  }

  imageOf({ w, h }) {
    if (this.image?.width !== w || this.image?.height !== h) this.image = new ImageData(w, h);
    return this.image;
  }

  fill(scene, piece, rect, onto, out) {
    const layers = [];
    piece.planes.forEach((plane, i) => {
      if (!plane) return;
      const data = this.sampled(plane, piece, i, rect, onto, scene.manifest.labels);
      layers.push({ ...scene.looks[i], data, bias: plane.bias, window: plane.window, limits: scene.limits[i] });
    });
    if (scene.manifest.labels) composeLabels(layers, out);
    else if (scene.channels[0] === "rgb") composeColour(layers[0], out);
    else compose(layers, out);
  }

  /** The plane at the screen's resolution; kept, so that a change of contrast samples nothing. */
  sampled(plane, piece, i, rect, onto, nearest) {
    const where = `${rect.x},${rect.y},${rect.w},${rect.h}>${onto.w},${onto.h}`;
    const key = `${piece.key}/${i}/${plane.quality}/${plane.window}/${where}`;
    const known = this.samples.get(key);
    if (known?.plane === plane) return known.data;
    const data = sample(plane, rect, onto, nearest);
    if (data !== plane.data) this.samples.set(key, { data, plane });
    return data;
  }
}

/** Where the visible part of a piece lies: in its own pixels, and on the canvas. */
function placed(scene, { level, rect }) {
  const full = scene.manifest.levels[0];
  const [fx, fy] = [full.x / level.x, full.y / level.y];
  const [vx, vy, vw, vh] = shown(scene.viewport, scene.stage);
  const left = Math.max(rect.x, Math.floor(vx / fx));
  const top = Math.max(rect.y, Math.floor(vy / fy));
  const right = Math.min(rect.x + rect.w, Math.ceil((vx + vw) / fx));
  const bottom = Math.min(rect.y + rect.h, Math.ceil((vy + vh) / fy));
  if (right <= left || bottom <= top) return null;
  const density = scene.viewport.scale * scene.ratio;
  const onX = (x) => Math.round((x * fx - vx) * density);
  const onY = (y) => Math.round((y * fy - vy) * upright(scene.viewport) * scene.ratio);
  return {
    rect: { x: left - rect.x, y: top - rect.y, w: right - left, h: bottom - top },
    left: onX(left),
    top: onY(top),
    width: Math.max(1, onX(right) - onX(left)),
    height: Math.max(1, onY(bottom) - onY(top)),
  };
}
