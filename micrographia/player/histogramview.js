/** The picture of a histogram with two handles for the limits. */

import { make } from "./elements.js";
import { domainOf, heights } from "./histograms.js";
import { limitText } from "./readout.js";

const HEIGHT = 44;

/**
 * @param {object} parts
 * @param {string} parts.name the channel's
 * @param {boolean} parts.whole whether samples are whole numbers
 * @param {[number, number]} parts.range
 * @param {(limits: [number, number], isMoving: boolean) => void} parts.onLimits
 */
export function histogramView({ name, whole, range, onLimits }) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const handles = ["Black", "White"].map((word, i) =>
    make("div", { class: "handle", role: "slider", tabindex: 0, "aria-label": `${word} point of ${name}`, "data-handle": i, on: { keydown: (event) => stepped(event, i) } }),
  );
  const element = make("div", { class: "histogram" }, canvas, ...handles);
  let domain = null;
  let now = null;
  let drag = null;
  let width = 0;
  let colours = null;
  let frame = 0;
  // Its width is told, never asked for: in the midst of a change that would lay out the page once more.
  new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    draw();
  }).observe(element);

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !now) return;
    event.preventDefault();
    const at = along(event);
    const places = now.limits.map(share);
    const inside = at > places[0] + grip() && at < places[1] - grip();
    const nearest = Math.abs(at - places[0]) <= Math.abs(at - places[1]) && !(at > places[1]) ? 0 : 1;
    const isOnCanvas = event.target === canvas;
    drag = { handle: inside && isOnCanvas && event.shiftKey ? null : nearest, at, limits: now.limits, moved: false, isOnCanvas };
    if (drag.handle !== null) handles[drag.handle].focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    // A finger may be about to scroll the page: it sets a limit when it goes sideways, or is lifted.
    if (isOnCanvas && event.pointerType !== "touch") moved(event);
  });
  element.addEventListener("pointermove", (event) => drag && moved(event));
  element.addEventListener("pointerup", (event) => {
    if (drag?.isOnCanvas && !drag.moved) moved(event);
    if (drag?.moved) onLimits(now.limits, false);
    drag = null;
  });
  element.addEventListener("pointercancel", () => {
    if (drag?.moved) onLimits(drag.limits, false);
    drag = null;
  });

  function moved(event) {
    const at = along(event);
    const value = domain[0] + at * (domain[1] - domain[0]);
    drag.moved = true;
    if (drag.handle === null) {
      const by = (at - drag.at) * (domain[1] - domain[0]);
      onLimits(drag.limits.map((limit) => tidy(limit + by)), true);
    } else onLimits(withEnd(drag.handle, value), true);
  }

  function withEnd(handle, value) {
    const least = whole ? 1 : (domain[1] - domain[0]) / 1000;
    const [low, high] = now.limits;
    return handle === 0 ? [Math.min(tidy(value), high - least), high] : [low, Math.max(tidy(value), low + least)];
  }

  function stepped(event, handle) {
    const end = { Home: 0, End: 1 }[event.key];
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!by && end === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (end !== undefined) return onLimits(withEnd(handle, domain[end]), false);
    const span = domain[1] - domain[0];
    const unit = whole ? Math.max(1, Math.round(span / 200)) : span / 200;
    onLimits(withEnd(handle, now.limits[handle] + by * unit * (event.shiftKey ? 10 : 1)), false);
  }

  const tidy = (value) => (whole ? Math.round(value) : Number(value.toPrecision(5)));
  const share = (value) => (value - domain[0]) / (domain[1] - domain[0]);
  const grip = () => 12 / Math.max(1, element.clientWidth);
  const along = (event) => {
    const box = element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };

  /** Draws with the next frame, once however much has changed until then. */
  function draw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (width && domain) drawNow();
    });
  }

  function drawNow() {
    const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    const [x, y] = [Math.round(width * ratio), Math.round(HEIGHT * ratio)];
    if (canvas.width !== x || canvas.height !== y) Object.assign(canvas, { width: x, height: y });
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, HEIGHT);
    colours ??= coloursOf(element);
    if (now.histogram) mountain(context);
    context.strokeStyle = colours.line;
    context.beginPath();
    context.moveTo(0, HEIGHT - 0.5);
    context.lineTo(width, HEIGHT - 0.5);
    context.stroke();
    transfer(context);
  }

  function mountain(context) {
    const columns = Math.max(32, Math.round(width / 2));
    const shape = new Path2D();
    shape.moveTo(0, HEIGHT);
    heights(now.histogram, domain, columns).forEach((part, i) => shape.lineTo(((i + 0.5) * width) / columns, HEIGHT - part * (HEIGHT - 4)));
    shape.lineTo(width, HEIGHT);
    context.fillStyle = colours.mountain;
    context.fill(shape);
    const [from, to] = now.limits.map((limit) => share(limit) * width);
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, HEIGHT);
    context.clip();
    context.globalAlpha = 0.55;
    context.fillStyle = colours.hill;
    context.fill(shape);
    context.restore();
  }

  /** The curve from black to white that gamma bends. */
  function transfer(context) {
    const [from, to] = now.limits.map((limit) => share(limit) * width);
    context.strokeStyle = colours.curve;
    context.lineWidth = 1;
    context.beginPath();
    for (let i = 0; i <= 24; i++) {
      const x = from + ((to - from) * i) / 24;
      const y = HEIGHT - 1 - (HEIGHT - 5) * (i / 24) ** now.gamma;
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
  }

  return {
    element,
    /** The page's colours may have changed. */
    redraw() {
      colours = null;
      draw();
    },
    /** @param {{limits: [number, number], gamma: number, color: string, histogram: object|null}} next */
    update(next) {
      const before = now;
      if (before && isSame(before, next)) return;
      now = next;
      if (before?.color !== next.color) colours = null;
      if (!drag && (!domain || before?.histogram !== next.histogram || !before || outside(next.limits)))
        domain = domainOf(next.histogram, next.limits, range);
      handles.forEach((handle, i) => {
        handle.style.left = `${100 * Math.min(1, Math.max(0, share(next.limits[i])))}%`;
        handle.setAttribute("aria-valuenow", limitText(next.limits[i], whole));
        handle.setAttribute("aria-valuemin", limitText(i === 0 ? domain[0] : next.limits[0], whole));
        handle.setAttribute("aria-valuemax", limitText(i === 1 ? domain[1] : next.limits[1], whole));
      });
      draw();
    },
  };

  function outside(limits) {
    return limits[0] < domain[0] || limits[1] > domain[1];
  }
}

function isSame(one, other) {
  return ["gamma", "color", "histogram"].every((key) => one[key] === other[key]) && one.limits.every((limit, i) => limit === other.limits[i]);
}

function coloursOf(element) {
  const styles = getComputedStyle(element);
  const colour = (name, otherwise) => styles.getPropertyValue(name).trim() || otherwise;
  return { line: colour("--p-line", "#888"), mountain: colour("--p-mountain", "#888"), hill: colour("--p-hill", "#555"), curve: colour("--p-ink-2", "#666") };
}
