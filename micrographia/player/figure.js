/** The view as a PNG: scale bar, time stamp, channel names in their colours, and the attribution line. */

import { STAGE } from "./painter.js";

const FONT = "system-ui, sans-serif";

/**
 * @param {HTMLCanvasElement} canvas the stage as it is
 * @param {object} parts
 * @param {number} parts.ratio device pixels for each CSS pixel
 * @param {{px: number, label: string}|null} parts.bar
 * @param {string} parts.stamp
 * @param {{name: string, color: string}[]} parts.channels
 * @param {string} parts.credit
 * @returns {HTMLCanvasElement}
 */
export function figure(canvas, { ratio, bar, stamp, channels, credit }) {
  const unit = ratio;
  const foot = credit ? 30 * unit : 0;
  const out = document.createElement("canvas");
  out.width = canvas.width;
  out.height = canvas.height + foot;
  const context = out.getContext("2d");
  context.fillStyle = STAGE;
  context.fillRect(0, 0, out.width, out.height);
  context.drawImage(canvas, 0, 0);
  context.textBaseline = "alphabetic";
  names(context, channels, unit);
  if (stamp) text(context, stamp, 14 * unit, canvas.height - 14 * unit, 14 * unit, "#FFFFFF");
  if (bar) ruler(context, bar, canvas, unit);
  if (credit) text(context, fitted(context, credit, out.width - 28 * unit, 12 * unit), 14 * unit, out.height - 10 * unit, 12 * unit, "#C9CDD0", false);
  return out;
}

/** A file name that says what it is. */
export function fileName(id, place) {
  return [id, place].filter(Boolean).join("-").replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 100) + ".png";
}

/** Hands a canvas to the visitor as a file. */
export async function save(canvas, name) {
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function names(context, channels, unit) {
  let y = 26 * unit;
  for (const { name, color } of channels) {
    if (name) text(context, name, 14 * unit, y, 14 * unit, color);
    y += 19 * unit;
  }
}

function ruler(context, { px, label }, canvas, unit) {
  const right = canvas.width - 14 * unit;
  const bottom = canvas.height - 14 * unit;
  context.fillStyle = "#FFFFFF";
  context.fillRect(right - px * unit, bottom - 4 * unit, px * unit, 4 * unit);
  context.font = `600 ${13 * unit}px ${FONT}`;
  const width = context.measureText(label).width;
  text(context, label, right - (px * unit + width) / 2, bottom - 10 * unit, 13 * unit, "#FFFFFF");
}

function text(context, words, x, y, size, color, shadow = true) {
  context.font = `${shadow ? 600 : 400} ${size}px ${FONT}`;
  context.shadowColor = shadow ? "rgba(0, 0, 0, 0.8)" : "transparent";
  context.shadowBlur = shadow ? size / 4 : 0;
  context.fillStyle = color;
  context.fillText(words, x, y);
  context.shadowColor = "transparent";
}

function fitted(context, words, width, size) {
  context.font = `400 ${size}px ${FONT}`;
  let cut = words;
  while (cut.length > 8 && context.measureText(cut).width > width) cut = `${cut.slice(0, -2).trimEnd()}…`;
  return cut;
}
