/**
 * The viewport: which part of the image is on the screen, and how large. All pure.
 *
 * A viewport is `{cx, cy, scale}`: the image point in the middle of the stage, in pixels of the full-size
 * image, and how many CSS pixels one of them is wide. Where pixels are not square, `stretch` says how many times
 * as high as wide they are.
 */

/** @typedef {{cx: number, cy: number, scale: number, stretch?: number}} Viewport */
/** @typedef {{y: number, x: number, stretch?: number}} Size */
/** @typedef {{y: number, x: number, tile: number, rows: number, cols: number}} Level */

export const MAX_SCALE = 64;

/** Beyond this a pixel size is a mistake rather than a shape. */
const MOST_STRETCH = 10;

/** The size of an image, and the shape of its pixels where it is known. @returns {Size} */
export function extent({ sizes, pixel_size_um: size }) {
  const stretch = size?.x > 0 && size?.y > 0 ? size.y / size.x : 1;
  const isShape = Math.abs(stretch - 1) > 0.005 && stretch <= MOST_STRETCH && stretch >= 1 / MOST_STRETCH;
  return { x: sizes.x, y: sizes.y, stretch: isShape ? stretch : 1 };
}

/** @returns {Viewport} the whole image, as large as it goes */
export function fit(image, stage) {
  const { stretch = 1 } = image;
  const scale = Math.min(stage.x / image.x, stage.y / image.y / stretch) || 1;
  return { cx: image.x / 2, cy: image.y / 2, scale, stretch };
}

/** The viewport that shows all of `[x, y, w, h]`. */
export function show(rect, image, stage) {
  const [x, y, w, h] = rect;
  const scale = Math.min(stage.x / w, stage.y / h / (image.stretch ?? 1)) || 1;
  return bounded({ cx: x + w / 2, cy: y + h / 2, scale }, image, stage);
}

/** What of the image plane lies on the stage, as `[x, y, w, h]`; may reach beyond the image. */
export function shown(viewport, stage) {
  const w = stage.x / viewport.scale;
  const h = stage.y / upright(viewport);
  return [viewport.cx - w / 2, viewport.cy - h / 2, w, h];
}

/** Zoomed by a factor with the point of the stage (CSS pixels from its top left) staying where it is. */
export function zoomed(viewport, factor, point, image, stage) {
  const least = Math.min(fit(image, stage).scale / 2, 1);
  const scale = Math.min(MAX_SCALE, Math.max(least, viewport.scale * factor));
  const dx = point.x - stage.x / 2;
  const dy = point.y - stage.y / 2;
  const cx = viewport.cx + dx / viewport.scale - dx / scale;
  const cy = viewport.cy + dy / upright(viewport) - dy / upright({ ...viewport, scale });
  return bounded({ cx, cy, scale }, image, stage);
}

/** Moved by CSS pixels, no further than to the picture's edge; an axis that is shown whole stays where it is. */
export function panned(viewport, dx, dy, image, stage) {
  const along = (middle, by, size, room, scale) => {
    const half = room / scale / 2;
    if (2 * half >= size) return middle;
    return Math.min(Math.max(size - half, middle), Math.max(Math.min(half, middle), middle - by / scale));
  };
  const cx = along(viewport.cx, dx, image.x, stage.x, viewport.scale);
  return { ...viewport, cx, cy: along(viewport.cy, dy, image.y, stage.y, upright(viewport)) };
}

/** The viewport with some of the image in the middle of the stage, and all of it when it is no larger than fitting. */
export function bounded(viewport, image, stage) {
  const scale = Math.min(MAX_SCALE, viewport.scale);
  const whole = fit(image, stage);
  if (!isNear({ scale }, image, stage)) return { ...whole, scale };
  const within = (middle, size) => Math.min(size, Math.max(0, middle));
  return { scale, stretch: whole.stretch, cx: within(viewport.cx, image.x), cy: within(viewport.cy, image.y) };
}

/** Whether the image is larger than the stage. */
export function isNear(viewport, image, stage) {
  return viewport.scale > fit(image, stage).scale * 1.001;
}

/** Whether nothing would change by fitting. */
export function isFitted(viewport, image, stage) {
  const whole = fit(image, stage);
  const away = Math.hypot(viewport.cx - whole.cx, viewport.cy - whole.cy) * whole.scale;
  return Math.abs(viewport.scale / whole.scale - 1) < 0.001 && away < 0.5;
}

/** The image point under a point of the stage. */
export function imagePoint(viewport, point, stage) {
  return {
    x: viewport.cx + (point.x - stage.x / 2) / viewport.scale,
    y: viewport.cy + (point.y - stage.y / 2) / upright(viewport),
  };
}

/** How many CSS pixels a pixel of the image is high. @param {Viewport} viewport */
export function upright({ scale, stretch = 1 }) {
  return scale * stretch;
}

/**
 * The coarsest level that still has about one sample for each device pixel.
 * @param {Level[]} levels full size first
 * @param {number} density device pixels for each pixel of the full-size image
 */
export function levelFor(levels, density) {
  let best = 0;
  for (let i = 1; i < levels.length; i++) {
    if (density * (levels[0].x / levels[i].x) <= 1.3) best = i;
  }
  return best;
}

/**
 * The tiles of a level that touch `[x, y, w, h]` (full-size pixels), nearest to its middle first.
 * @returns {{level: number, row: number, col: number}[]}
 */
export function tilesIn(levels, index, rect) {
  const level = levels[index];
  const fx = level.x / levels[0].x;
  const fy = level.y / levels[0].y;
  const first = (at, count) => Math.min(count - 1, Math.max(0, Math.floor(at / level.tile)));
  const last = (at, count) => Math.min(count - 1, Math.max(0, Math.ceil(at / level.tile) - 1));
  const [x, y, w, h] = [rect[0] * fx, rect[1] * fy, rect[2] * fx, rect[3] * fy];
  const tiles = [];
  for (let row = first(y, level.rows); row <= last(y + h, level.rows); row++)
    for (let col = first(x, level.cols); col <= last(x + w, level.cols); col++) tiles.push({ level: index, row, col });
  const away = (tile) =>
    Math.hypot((tile.col + 0.5) * level.tile - (x + w / 2), (tile.row + 0.5) * level.tile - (y + h / 2));
  return tiles.sort((a, b) => away(a) - away(b));
}

/** Where a tile lies in its level, `{x, y, w, h}` in the level's own pixels. */
export function tileRect(level, row, col) {
  const single = level.rows === 1 && level.cols === 1;
  const [height, width] = single ? [level.y, level.x] : [level.tile, level.tile];
  const x = col * width;
  const y = row * height;
  return { x, y, w: Math.min(width, level.x - x), h: Math.min(height, level.y - y) };
}
