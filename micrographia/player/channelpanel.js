/** The channels: colour, name, visibility, limits on a histogram, gamma, automatic limits. */

import { hexColor, SWATCHES } from "./colors.js";
import { changeIcon, choice, iconButton, make, numberField } from "./elements.js";
import { histogramView } from "./histogramview.js";
import { limitText, sampleText } from "./readout.js";

const OPEN_AT_FIRST = 4;
const KEPT = "Locked: the same black and white points on every slice and frame";
const FREE = "Unlocked: every slice and frame has black and white points of its own";
const GAMMA = "Gamma: below 1 dim things become brighter, above 1 darker";

/**
 * @param {object} parts
 * @param {object} parts.manifest
 * @param {object[]} parts.channels resolved
 * @param {(index: number, wish: object, isMoving?: boolean) => void} parts.onWish
 * @param {(index: number|null) => void} parts.onAuto automatic limits for a channel, or for all
 * @param {(mode: string) => void} parts.onMode
 * @param {() => void} parts.onLock
 */
export function channelPanel({ manifest, channels, onWish, onAuto, onMode, onLock }) {
  const several = channels.length > 1;
  const moves = manifest.sizes.t > 1 || manifest.sizes.z > 1;
  const mode = choice("Colours", [["composite", "Colours"], ["grey", "Grey"]], onMode);
  const lock = iconButton("lock", KEPT, onLock, { "aria-pressed": "true" });
  const auto = make("button", { type: "button", class: "word", text: "Auto", title: "Automatic limits for all channels", "aria-label": "Auto, all channels", on: { click: () => onAuto(null) } });
  const head = make("div", { class: "channels-head" }, several && mode.element, make("span", { class: "spring" }), several && auto, moves && lock);
  const rows = channels.map((channel) => channelRow({ manifest, channel, count: channels.length, onWish, onAuto }));
  const element = make("div", { class: "channels", role: "group", "aria-label": "Channels" }, !manifest.labels && (several || moves) && head, ...rows.map((row) => row.element));
  return {
    element,
    /** @param {object} shown resolved state @param {Map<number, object>} histograms */
    update(shown, histograms) {
      mode.update(shown.mode);
      changeIcon(lock, shown.lock ? "lock" : "unlock", shown.lock ? KEPT : FREE);
      lock.setAttribute("aria-pressed", String(shown.lock));
      rows.forEach((row, i) => row.update(shown.channels[i], histograms.get(i) ?? null, shown));
    },
    /** @param {(number|null)[]|null} values raw samples under the pointer */
    readings(values) {
      rows.forEach((row, i) => row.reading(values?.[i] ?? null));
    },
    redraw: () => rows.forEach((row) => row.redraw()),
  };
}

function channelRow({ manifest, channel, count, onWish, onAuto }) {
  const { index, name } = channel;
  const title = name || (manifest.labels ? "Labels" : "Intensity");
  const whole = !manifest.dtype.startsWith("float");
  const isPlain = manifest.labels;
  const swatch = make("button", { type: "button", class: "swatch", title: `Colour of ${title}`, "aria-label": `Colour of ${title}`, "aria-expanded": "false", on: { click: () => toggle() } });
  const eye = iconButton("eye", `Hide ${title}`, () => onWish(index, { visible: eye.getAttribute("aria-pressed") !== "true" }), { class: "tool eye" });
  const reading = make("span", { class: "reading" });
  const opener = make("button", { type: "button", class: "channel-name", text: title, title, "aria-expanded": "true", on: { click: () => open(body.hidden) } });
  const low = numberField(`Black point of ${title}`, (number) => limited(0, number));
  const high = numberField(`White point of ${title}`, (number) => limited(1, number));
  const gamma = numberField(`Gamma of ${title}`, (number) => onWish(index, { gamma: Math.min(10, Math.max(0.1, number)) }));
  const auto = make("button", { type: "button", class: "word small", text: "Auto", title: `Automatic limits for ${title}`, "aria-label": `Auto, ${title}`, on: { click: () => onAuto(index) } });
  const picture = histogramView({ name: title, whole, range: manifest.range, onLimits: (limits, isMoving) => onWish(index, { limits }, isMoving) });
  const ends = make("div", { class: "limits" }, make("label", { class: "end" }, "Black", low.element), make("label", { class: "end" }, "White", high.element));
  const more = make("div", { class: "limits" }, auto, make("label", { class: "gamma", title: GAMMA }, "Gamma", gamma.element));
  const body = make("div", { class: "channel-body" }, picture.element, ends, more);
  const palette = paletteOf(title, (color) => onWish(index, { color }), () => toggle(false));
  const colourless = manifest.colour || manifest.labels;
  const head = make("div", { class: "channel-head" }, colourless ? null : swatch, opener, reading, eye);
  const element = make("div", { class: "channel", "data-channel": index }, head, palette.element, isPlain ? make("p", { class: "hint", text: "Each label has its own colour. Point at one to read its number." }) : body);
  let now = channel;
  if (isPlain) opener.disabled = true;

  function limited(end, number) {
    const limits = [...now.limits];
    limits[end] = number;
    if (limits[0] >= limits[1]) limits[1 - end] = end === 0 ? number + 1 : number - 1;
    onWish(index, { limits });
  }
  function open(isOpen) {
    body.hidden = !isOpen;
    opener.setAttribute("aria-expanded", String(isOpen));
  }
  function toggle(isOpen = palette.element.hidden) {
    const held = palette.element.contains(element.getRootNode().activeElement);
    palette.element.hidden = !isOpen;
    swatch.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) palette.focus();
    else if (held) swatch.focus();
  }
  open(count <= OPEN_AT_FIRST || index < 2);

  return {
    element,
    redraw: picture.redraw,
    update(next, histogram, shown) {
      now = next;
      const isShown = shown.shown.includes(index);
      element.classList.toggle("off", !isShown);
      const color = shown.mode === "grey" ? "#FFFFFF" : next.color;
      element.style.setProperty("--channel", color);
      changeIcon(eye, next.visible ? "eye" : "closed", `${next.visible ? "Hide" : "Show"} ${title}`);
      eye.setAttribute("aria-pressed", String(next.visible));
      palette.update(next.color);
      low.update(limitText(next.limits[0], whole));
      high.update(limitText(next.limits[1], whole));
      gamma.update(String(Number(next.gamma.toFixed(2))));
      if (!isPlain) picture.update({ limits: next.limits, gamma: next.gamma, color, histogram });
    },
    reading: (value) => (reading.textContent = value === null ? "" : Array.isArray(value) ? value.map(sampleText).join(" ") : sampleText(value)),
  };
}

/** Swatches and the system's own colour picker. */
function paletteOf(title, onColor, onClose) {
  const buttons = SWATCHES.map(([color, name]) =>
    make("button", { type: "button", class: "dot", style: `--dot:${color}`, title: name, "aria-label": `${title}: ${name}`, "data-color": color, on: { click: () => onColor(color) } }),
  );
  const picker = make("input", { type: "color", class: "picker", "aria-label": `${title}: another colour`, title: "Another colour",
    on: { input: () => hexColor(picker.value) && onColor(picker.value.toUpperCase()) } });
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
  };
  const element = make("div", { class: "palette", role: "group", "aria-label": `Colour of ${title}`, hidden: true, on: { keydown: escape } }, ...buttons, picker);
  return {
    element,
    focus: () => (buttons.find((button) => button.getAttribute("aria-pressed") === "true") ?? buttons[0]).focus(),
    update(color) {
      picker.value = color.toLowerCase();
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.color === color));
    },
  };
}
