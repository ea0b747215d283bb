/** The words on the picture and beside the sliders. */

import { depthText, timeText } from "./readout.js";
import { slicesOf } from "./state.js";

const MOST_LOOKED_AT = 500;

/** Which moment and which slice the picture shows; empty for a single plane. */
export function stampText(manifest, shown) {
  const { sizes, frame_interval_s: interval, pixel_size_um: size } = manifest;
  const parts = [];
  if (sizes.t > 1) parts.push(timeText(shown.t, sizes.t, interval));
  if (typeof shown.z === "string") parts.push(projectionText(shown.z, sizes.z));
  else if (sizes.z > 1) parts.push(`z ${depthText(shown.z, size?.z) ?? `${shown.z + 1} of ${sizes.z}`}`);
  return parts.join("  ·  ");
}

/** Which frame and which slice, counted from 1 as on the screen: "t3 z12"; empty for a single plane. */
export function placeText({ sizes }, { t, z }) {
  const slice = typeof z === "string" ? projectionText(z, sizes.z) : `z${z + 1}`;
  return [sizes.t > 1 && `t${t + 1}`, sizes.z > 1 && slice].filter(Boolean).join(" ");
}

/** What stands behind a slider's number: the time or the depth in units, where they are known. */
export function unitText(manifest, axis, at) {
  if (axis === "z") return depthText(at, manifest.pixel_size_um?.z);
  return manifest.frame_interval_s > 0 ? timeText(at, manifest.sizes.t, manifest.frame_interval_s) : null;
}

/** How many characters the longest number and the longest unit beside any slider have. */
export function widestCaption(manifest) {
  const axes = ["z", "t"].filter((axis) => manifest.sizes[axis] > 1);
  const most = (lengthOf) => Math.max(0, ...axes.map(lengthOf));
  return { digits: most((axis) => String(manifest.sizes[axis]).length), unit: most((axis) => widestUnit(manifest, axis)) };
}

/** Of very many positions some are looked at. */
function widestUnit(manifest, axis) {
  const count = manifest.sizes[axis];
  const step = Math.ceil(count / MOST_LOOKED_AT);
  let widest = 0;
  for (let at = 0; at < count; at += step) widest = Math.max(widest, unitText(manifest, axis, at)?.length ?? 0);
  return widest;
}

/** "max of 30 slices", "mean of 3 to 9". */
export function projectionText(z, depth) {
  const { first, length } = slicesOf(z, depth);
  const kind = z.split(":")[0];
  return length === depth ? `${kind} of ${depth} slices` : `${kind} of ${first + 1} to ${first + length}`;
}
