/** The whole picture, small, with a frame round what is on the stage; a click goes there. */

import { make } from "./elements.js";
import { Painter } from "./painter.js";
import { extent, fit, isNear, shown } from "./viewport.js";

const EDGE = 128;

/**
 * @param {object} manifest
 * @param {import("./pictures.js").Pictures} pictures
 * @param {(x: number, y: number) => void} onGo a point of the full-size image
 */
export function minimap(manifest, pictures, onGo) {
  const image = extent(manifest);
  const { x, y } = image;
  const high = y * image.stretch;
  const scale = EDGE / Math.max(x, high);
  const size = { x: Math.max(8, Math.round(x * scale)), y: Math.max(8, Math.round(high * scale)) };
  const canvas = make("canvas", { width: size.x, height: size.y });
  const frame = make("div", { class: "minimap-frame" });
  const element = make("div", { class: "minimap over", "aria-hidden": "true", hidden: true }, canvas, frame);
  const painter = new Painter(canvas, pictures.cache, pictures.prefix, pictures.overviews);
  const go = (event) => {
    const box = element.getBoundingClientRect();
    onGo(((event.clientX - box.left) / box.width) * x, ((event.clientY - box.top) / box.height) * y);
  };
  element.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    go(event);
  });
  element.addEventListener("pointermove", (event) => event.buttons === 1 && go(event));
  return {
    element,
    update(scene) {
      element.hidden = !isNear(scene.viewport, image, scene.stage);
      if (element.hidden) return;
      const [left, top, w, h] = shown(scene.viewport, scene.stage);
      const cut = (at, end) => Math.min(end, Math.max(0, at));
      frame.style.left = `${(100 * cut(left, x)) / x}%`;
      frame.style.top = `${(100 * cut(top, y)) / y}%`;
      frame.style.width = `${(100 * (cut(left + w, x) - cut(left, x))) / x}%`;
      frame.style.height = `${(100 * (cut(top + h, y) - cut(top, y))) / y}%`;
      painter.paint({ ...scene, stage: size, ratio: 1, viewport: fit(image, size) });
    },
  };
}
