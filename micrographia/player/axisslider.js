/** A slider for z or t: live while dragged, with play, a typed number, the wheel, and what is buffered. */

import { changeIcon, iconButton, make, numberField } from "./elements.js";

const NAMES = { t: "time", z: "depth" };

/**
 * @param {object} parts
 * @param {"t"|"z"} parts.axis
 * @param {number} parts.count
 * @param {{digits: number, unit: number}} parts.widest how many characters the longest number and the longest unit of
 *   all sliders have, so that tracks keep their length and end at the same place
 * @param {(at: number) => void} parts.onMove
 * @param {() => void} parts.onPlay
 * @param {() => void} parts.onRest the handle was let go
 * @param {() => void} parts.onTouch someone is about to move it
 */
export function axisSlider({ axis, count, widest, onMove, onPlay, onRest, onTouch }) {
  const name = NAMES[axis];
  const range = make("input", {
    type: "range", min: 0, max: count - 1, step: 1, "aria-label": `${axis}, ${name}`,
    on: {
      input: () => onMove(Number(range.value)),
      change: onRest,
      pointerenter: onTouch,
      focus: onTouch,
    },
  });
  const play = iconButton("play", `Play ${name}`, onPlay, { "data-play": axis });
  const field = numberField(`${axis}, typed, 1 to ${count}`, (number) => onMove(Math.round(number) - 1));
  const total = make("span", { class: "total" });
  const buffered = make("div", { class: "buffered", "aria-hidden": "true" });
  const track = make("div", { class: "track" }, buffered, range);
  const element = make("div", { class: "axis", "data-axis": axis }, play, make("span", { class: "axis-name", "aria-hidden": "true", text: axis }), track,
    make("span", { class: "axis-value" }, field.element, total));
  field.element.style.width = `${Math.max(3, widest.digits) + 1.6}ch`;
  total.style.minWidth = `${widest.digits + (widest.unit && widest.unit + 1) + 2}ch`;
  let turned = 0;
  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    turned += event.deltaY || event.deltaX;
    const steps = Math.abs(event.deltaY) >= 50 ? Math.sign(event.deltaY) : Math.trunc(turned / 20);
    if (steps === 0) return;
    turned = 0;
    onMove(Number(range.value) + steps);
  }, { passive: false });

  return {
    element,
    /** @param {{at: number, isProjected: boolean, isPlaying: boolean, unit: string|null}} now */
    update({ at, isProjected, isPlaying, unit, projection }) {
      range.value = String(at);
      range.disabled = isProjected;
      const words = isProjected ? projection : `${at + 1} of ${count}${unit ? `, ${unit}` : ""}`;
      range.setAttribute("aria-valuetext", words);
      field.update(isProjected ? "–" : String(at + 1));
      field.element.disabled = isProjected;
      const whole = isProjected ? projection : `/ ${count}${unit ? ` · ${unit}` : ""}`;
      // A text that is set again is laid out again.
      if (total.textContent !== whole) total.textContent = whole;
      changeIcon(play, isPlaying ? "pause" : "play", isPlaying ? "Pause" : `Play ${name}`);
      play.disabled = isProjected;
      element.style.setProperty("--at", String(count > 1 ? at / (count - 1) : 0));
    },
    /** Shows which positions need no fetching. @param {boolean[]} ready */
    buffer(ready) {
      buffered.style.backgroundImage = stripes(ready);
    },
  };
}

/** A gradient with one step for each run of buffered positions. */
function stripes(ready) {
  const stops = [];
  const end = ready.length;
  for (let i = 0; i < end; ) {
    let j = i;
    while (j < end && ready[j] === ready[i]) j += 1;
    const color = ready[i] ? "var(--p-buffered)" : "transparent";
    stops.push(`${color} ${((100 * i) / end).toFixed(2)}% ${((100 * j) / end).toFixed(2)}%`);
    i = j;
  }
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
