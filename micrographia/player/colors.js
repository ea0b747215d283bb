/**
 * Colours: what channels get when the file says nothing, swatches that colour-blind people can tell apart,
 * and one colour for each label number. The twin of `imaging/colours.py`.
 */

/** Defaults in channel order: cyan, magenta, yellow, green, blue, orange. */
export const DEFAULTS = ["#00FFFF", "#FF00FF", "#FFFF00", "#00FF00", "#3A6BFF", "#FF8000"];

/** Offered beside the colour picker; neighbours differ in lightness as well as in hue. */
export const SWATCHES = [
  ["#FFFFFF", "white"],
  ["#00FFFF", "cyan"],
  ["#FF00FF", "magenta"],
  ["#FFFF00", "yellow"],
  ["#00FF00", "green"],
  ["#3A6BFF", "blue"],
  ["#FF8000", "orange"],
  ["#FF4040", "red"],
  ["#56B4E9", "sky blue"],
  ["#009E73", "teal"],
  ["#F0E442", "lemon"],
  ["#CC79A7", "rose"],
];

const BRIGHT = [255, 225, 195];
const DARK = [40, 80, 110];

/**
 * A colour for each channel: the file's, else a default; a single channel is grey. Several channels that are
 * all white say nothing: they get the defaults too.
 * @param {(string|null|undefined)[]} given
 */
export function channelColors(given) {
  let known = given.map(hexColor);
  if (known.length === 1) return [known[0] ?? "#FFFFFF"];
  if (known.every((color) => color === null || color === "#FFFFFF")) known = known.map(() => null);
  return known.map((color, i) => color ?? DEFAULTS[i % DEFAULTS.length]);
}

/**
 * @param {unknown} text
 * @returns {string|null} "#RRGGBB" in capitals, or null when it is no colour
 */
export function hexColor(text) {
  return typeof text === "string" && /^#[0-9a-f]{6}$/i.test(text) ? text.toUpperCase() : null;
}

/**
 * @param {string} hex "#RRGGBB"
 * @returns {[number, number, number]}
 */
export function rgb(hex) {
  const n = parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

/**
 * A colour for a label number, far from its neighbours' colours; 0 is black. Whole numbers only, so that the
 * server gives the same bytes: see `label_colours` in `imaging/colours.py`.
 * @param {number} label
 * @returns {[number, number, number]}
 */
export function labelColor(label) {
  const number = (Number.isFinite(label) ? Math.trunc(label) : 0) >>> 0;
  if (number === 0) return [0, 0, 0];
  const turn = (Math.imul(number, 0x9e3779b1) >>> 16) * 6;
  const bright = BRIGHT[number % 3];
  const dark = DARK[Math.floor(number / 3) % 3];
  const ramp = ((bright - dark) * ((turn & 0xffff) >> 8)) >> 8;
  const [up, down] = [dark + ramp, bright - ramp];
  return [
    [bright, up, dark],
    [down, bright, dark],
    [dark, bright, up],
    [dark, down, bright],
    [up, dark, bright],
    [bright, dark, down],
  ][turn >> 16];
}
