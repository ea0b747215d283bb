/** The scale bar: a round length that fits, drawn only where the pixel size is known. */

const ROUND = [1, 2, 5];

/**
 * The longest round length that takes at most `most` CSS pixels.
 * @param {number|null|undefined} pixelSizeUm µm for each pixel of the full-size image
 * @param {number} scale CSS pixels for each of them
 * @param {number} most
 * @returns {{um: number, px: number, label: string}|null} null when the image is not calibrated
 */
export function scaleBar(pixelSizeUm, scale, most = 160) {
  if (!(pixelSizeUm > 0) || !Number.isFinite(pixelSizeUm) || !(scale > 0)) return null;
  const room = (most / scale) * pixelSizeUm;
  const power = 10 ** Math.floor(Math.log10(room));
  const digit = [...ROUND].reverse().find((d) => d * power <= room * (1 + 1e-9)) ?? 1;
  const um = digit * power;
  return { um, px: (um / pixelSizeUm) * scale, label: lengthText(um) };
}

/** A length with the unit people would say. */
export function lengthText(um) {
  if (um >= 1e6) return `${tidy(um / 1e6)}\u2009m`;
  if (um >= 1e3) return `${tidy(um / 1e3)}\u2009mm`;
  if (um >= 1) return `${tidy(um)}\u2009µm`;
  return `${tidy(um * 1e3)}\u2009nm`;
}

function tidy(number) {
  return String(Number(number.toPrecision(3)));
}
