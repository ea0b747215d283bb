/** The stage: the canvas, what is written over it, and its size. */

import { make } from "./elements.js";
import { minimap } from "./minimap.js";
import { notice } from "./notice.js";
import { Painter } from "./painter.js";
import { scaleBar } from "./scalebar.js";
import { extent, isNear, upright } from "./viewport.js";

const MOST_PIXELS = 3.2e6;
/** So wide is a picture that has room for its stamp and its scale bar side by side. */
const ROOM = 340;

/**
 * @param {object} parts
 * @param {object} parts.manifest
 * @param {string} [parts.poster] address of a small picture, shown until there is a plane
 * @param {import("./pictures.js").Pictures} parts.pictures
 * @param {(x: number, y: number) => void} parts.onGo
 * @param {() => void} parts.onWhole
 * @param {() => void} parts.onRetry
 * @param {() => void} parts.onSize
 */
export function stage({ manifest, poster, pictures, onGo, onWhole, onRetry, onSize }) {
  const canvas = make("canvas", { class: "picture", "aria-hidden": "true" });
  const stamp = make("div", { class: "stamp" });
  const ruler = make("div", { class: "ruler", hidden: true }, make("span"), make("i"));
  const words = notice(onRetry);
  const map = minimap(manifest, pictures, onGo);
  const whole = make("button", { type: "button", class: "whole over", text: "Whole picture", on: { click: onWhole } });
  const label = manifest.alt || manifest.title || "Image";
  const element = make("div", { class: "stage waiting", tabindex: 0, role: "application", "aria-roledescription": "image viewer", "aria-label": `${label}. Press ? for keys.` },
    canvas, stamp, ruler, map.element, whole, words.progress, words.card);
  const image = extent(manifest);
  element.style.setProperty("--aspect", String(image.x / image.y / image.stretch));
  if (poster) {
    element.style.setProperty("--player-poster", `url(${JSON.stringify(poster)})`);
    element.classList.add("posted");
  }
  const painter = new Painter(canvas, pictures.cache, pictures.prefix, pictures.overviews);
  const size = { x: 0, y: 0 };
  let ratio = 1;
  const observer = new ResizeObserver(() => measure() && onSize());
  observer.observe(element);
  canvas.addEventListener("contextlost", () => words.fail("The browser took the picture’s memory away; it comes back by itself.", false));
  canvas.addEventListener("contextrestored", () => {
    words.clear();
    onSize();
  });

  /** What is written over the picture keeps to it, unless the picture is too narrow for that. */
  function margins(viewport) {
    const beside = Math.max(0, (size.x - image.x * viewport.scale) / 2);
    const below = Math.max(0, (size.y - image.y * upright(viewport)) / 2);
    element.style.setProperty("--beside", `${size.x - 2 * beside < ROOM ? 0 : beside}px`);
    element.style.setProperty("--below", `${below}px`);
  }

  /** @returns {boolean} whether the size changed */
  function measure() {
    const [x, y] = [element.clientWidth, element.clientHeight];
    const device = Math.min(2, globalThis.devicePixelRatio || 1);
    const next = Math.min(device, Math.sqrt(MOST_PIXELS / Math.max(1, x * y)));
    if (!x || !y || (x === size.x && y === size.y && next === ratio)) return false;
    Object.assign(size, { x, y });
    ratio = next;
    canvas.width = Math.round(x * ratio);
    canvas.height = Math.round(y * ratio);
    element.style.setProperty("--drawn", String(x / y));
    return true;
  }

  return {
    element,
    canvas,
    words,
    size,
    get ratio() {
      return ratio;
    },
    measure,
    /** The moment and the slice that are on the screen, if any are. */
    get painted() {
      return painter.last;
    },
    paint(scene) {
      const quality = painter.paint(scene);
      map.update(scene);
      element.classList.toggle("near", isNear(scene.viewport, image, size));
      margins(scene.viewport);
      if (painter.last) element.classList.remove("waiting");
      return quality;
    },
    /** @returns the bar that is shown, or null */
    scale(scene) {
      const bar = scene.shown.bar ? scaleBar(manifest.pixel_size_um?.x, scene.viewport.scale, Math.min(160, size.x / 3)) : null;
      ruler.hidden = !bar;
      if (bar) {
        ruler.lastChild.style.width = `${bar.px}px`;
        ruler.style.setProperty("--part", `${(100 * bar.px) / size.x}cqw`);
        if (ruler.firstChild.textContent !== bar.label) ruler.firstChild.textContent = bar.label;
      }
      return bar;
    },
    stamp: (text) => {
      if (stamp.textContent !== text) stamp.textContent = text;
    },
    close() {
      observer.disconnect();
      words.close();
      canvas.width = canvas.height = 0;
    },
  };
}
