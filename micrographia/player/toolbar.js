/** The thin line under the stage: what is under the pointer, the zoom, and the way to everything else. */

import { iconButton, make } from "./elements.js";

/** @param {{zoom: Function, fit: Function, oneToOne: Function, toggleMenu: Function, toggleHelp: Function}} commands */
export function toolbar(commands) {
  const readout = make("output", { class: "readout", "data-hint": "Tap the picture to read its values" });
  const percent = make("button", { type: "button", class: "word percent", title: "One image pixel for each screen pixel", on: { click: () => commands.oneToOne() } });
  const more = iconButton("more", "More", () => commands.toggleMenu(), { "aria-haspopup": "dialog", "aria-expanded": "false" });
  const keys = make("button", { type: "button", class: "tool", text: "?", title: "Keys", "aria-label": "Keys", on: { click: () => commands.toggleHelp() } });
  const element = make("div", { class: "tools" }, readout,
    make("div", { class: "tool-group" },
      iconButton("minus", "Zoom out", () => commands.zoom(0.8)), percent,
      iconButton("plus", "Zoom in", () => commands.zoom(1.25)),
      iconButton("fit", "Fit", () => commands.fit())),
    make("div", { class: "tool-group" }, keys, more));
  return {
    element,
    more,
    keys,
    say: (text) => (readout.textContent = text),
    zoom(scale) {
      const text = `${Number((scale * 100).toPrecision(scale < 0.1 ? 2 : 3))}\u2009%`;
      if (percent.textContent === text) return;
      percent.textContent = text;
      percent.setAttribute("aria-label", `Zoom ${text}; show one to one`);
    },
  };
}
