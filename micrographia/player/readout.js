/** Numbers as people read them: samples, positions, times. */

/** A sample in raw units. */
export function sampleText(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number" || !Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(5)));
}

/** A limit as shown in its number field: whole for whole samples. */
export function limitText(value, whole) {
  return whole ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
}

/**
 * Where the pointer is.
 * @param {number} x column of the full-size image
 * @param {number} y row
 * @param {{x: number|null, y: number|null}|null|undefined} sizeUm
 */
export function positionText(x, y, sizeUm) {
  const pixels = `x ${x}, y ${y} px`;
  if (!(sizeUm?.x > 0) || !(sizeUm?.y > 0)) return pixels;
  const digits = Math.max(0, Math.min(4, 1 - Math.floor(Math.log10(sizeUm.x))));
  return `${pixels} · ${(x * sizeUm.x).toFixed(digits)}, ${(y * sizeUm.y).toFixed(digits)}\u2009µm`;
}

/**
 * The moment of a frame, when the time between frames is known; else which frame it is.
 * @param {number} t
 * @param {number} count
 * @param {number|null|undefined} intervalS
 */
export function timeText(t, count, intervalS) {
  if (!(intervalS > 0)) return `frame ${t + 1} of ${count}`;
  const whole = intervalS * (count - 1);
  const seconds = t * intervalS;
  if (whole < 60) {
    if (whole < 1) return `${Number((seconds * 1000).toPrecision(3))}\u2009ms`;
    return `${seconds.toFixed(intervalS < 1 ? 2 : Number.isInteger(intervalS) ? 0 : 1)}\u2009s`;
  }
  const total = Math.round(seconds);
  const two = (n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  if (whole >= 3600) return `${h}:${two(m)}:${two(s)}`;
  return [m && `${m}\u2009min`, (s || !m) && `${s}\u2009s`].filter(Boolean).join(" ");
}

/**
 * The depth of a slice, or null when the step is not known.
 * @param {number} z
 * @param {number|null|undefined} stepUm
 */
export function depthText(z, stepUm) {
  if (!(stepUm > 0)) return null;
  return `${Number((z * stepUm).toFixed(stepUm < 0.1 ? 2 : 1))}\u2009µm`;
}

/** Bytes as people say them. */
export function bytesText(bytes) {
  if (bytes < 1000) return `${bytes}\u2009B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)}\u2009kB`;
  return `${(bytes / 1e6).toFixed(1)}\u2009MB`;
}
