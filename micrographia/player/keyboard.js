/** The keys, in one table: what they do, and how the help says it. */

import { make } from "./elements.js";

/** Keys, the command, and whether it also works while nothing on the page has the focus. */
const COMMANDS = [
  { keys: ["["], says: "[  ]", text: "Previous, next z slice", run: (player) => player.step("z", -1), anywhere: true },
  { keys: ["]"], run: (player) => player.step("z", 1), anywhere: true },
  { keys: [",", "<"], says: ",  .", text: "Previous, next time point", run: (player) => player.step("t", -1), anywhere: true },
  { keys: [".", ">"], run: (player) => player.step("t", 1), anywhere: true },
  { keys: [" "], says: "Space", text: "Play or pause the axis moved last", run: (player) => player.togglePlay() },
  ...Array.from({ length: 9 }, (_, i) => ({
    keys: [String(i + 1)], says: i === 0 ? "1 – 9" : null, text: "Show or hide a channel", run: (player) => player.toggleChannel(i), anywhere: true,
  })),
  { keys: ["g"], says: "g", text: "Grey or colours", run: (player) => player.toggleMode(), anywhere: true },
  { keys: ["a"], says: "a", text: "Automatic limits", run: (player) => player.autoLimits(null), anywhere: true },
  { keys: ["m"], says: "m", text: "Maximum projection or slice", run: (player) => player.toggleProjection(), anywhere: true },
  { keys: ["ArrowLeft"], says: "← ↑ → ↓", text: "Move the picture", run: (player) => player.pan(60, 0) },
  { keys: ["ArrowRight"], run: (player) => player.pan(-60, 0) },
  { keys: ["ArrowUp"], run: (player) => player.pan(0, 60) },
  { keys: ["ArrowDown"], run: (player) => player.pan(0, -60) },
  { keys: ["+", "="], says: "+  −", text: "Zoom in, out", run: (player) => player.zoom(1.25), anywhere: true },
  { keys: ["-", "_"], run: (player) => player.zoom(0.8), anywhere: true },
  { keys: ["0"], says: "0", text: "Fit the whole picture", run: (player) => player.fit(), anywhere: true },
  { keys: ["?"], says: "?", text: "Show or hide these keys", run: (player) => player.toggleHelp() },
  { keys: ["Escape"], says: "Esc", text: "Close, or stop playing", run: (player) => player.escape() },
];

/**
 * Runs the command of a key.
 * @param {KeyboardEvent} event
 * @param {object} player what carries the commands out
 * @param {boolean} isInside whether the focus is in the player
 * @returns {boolean} whether the key was one
 */
export function press(event, player, isInside) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const command = COMMANDS.find(({ keys }) => keys.includes(event.key));
  if (!command || (!isInside && !command.anywhere) || isOwn(event)) return false;
  if (command.run(player) === false) return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/** Whether the control that has the focus needs the key itself: arrows move sliders, the space bar presses buttons. */
function isOwn(event) {
  const control = event.composedPath()[0];
  if (event.key.startsWith("Arrow")) return control instanceof HTMLInputElement;
  return event.key === " " && Boolean(control.closest?.("button, input:not([type=range])"));
}

/**
 * The overlay that lists the keys.
 * @param {() => void} onClose
 * @param {[string, string][]} [more] keys of the page round the player, and what they do
 */
export function help(onClose, more = []) {
  const own = COMMANDS.filter(({ says }) => says).map(({ says, text }) => [says, text]);
  const lines = [...own, ...more].flatMap(([says, text]) => [make("dt", { text: says }), make("dd", { text })]);
  const close = make("button", { type: "button", class: "word", text: "Close", on: { click: onClose } });
  // A modal dialog lies above the page and in its middle, however high the player is.
  const element = make("dialog", { class: "help over", "aria-label": "Keys" },
    make("h2", { text: "Keys" }), make("dl", {}, ...lines), make("p", { text: "The wheel zooms at the pointer; over a slider it steps." }), close);
  element.addEventListener("click", (event) => event.target === element && isBeside(element, event) && onClose());
  element.addEventListener("cancel", (event) => {
    event.preventDefault();
    onClose();
  });
  return { element, focus: () => close.focus() };
}

/** Whether a click on a dialog is on what lies behind it. */
function isBeside(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
