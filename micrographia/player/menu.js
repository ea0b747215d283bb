/** Everything that is not needed all the time, behind one button. */

import { choice, make, numberField } from "./elements.js";
import { lengthText } from "./scalebar.js";
import { slicesOf } from "./state.js";

/**
 * @param {object} manifest
 * @param {object} commands what the entries do
 */
export function menu(manifest, commands) {
  const { sizes } = manifest;
  const projection = choice("Projection through z", [["", "Slice"], ["max", "Max"], ["mean", "Mean"], ["sum", "Sum"]], (kind) => commands.project(kind));
  const first = numberField("First slice of the projection", (number) => commands.projectTo(0, number - 1));
  const last = numberField("Last slice of the projection", (number) => commands.projectTo(1, number - 1));
  const span = make("div", { class: "span" }, "Slices ", first.element, " to ", last.element);
  const play = choice("At the end", [["loop", "Loop"], ["bounce", "Bounce"], ["once", "Once"]], (way) => commands.wish({ play: way }));
  const fps = numberField("Frames per second, 1 to 60", (number) => commands.wish({ fps: Math.min(60, Math.max(1, number)) }));
  const slower = make("input", { type: "range", min: 1, max: 60, step: 1, "aria-label": "Frames per second", on: { input: () => commands.wish({ fps: Number(slower.value) }) } });
  const auto = check("Automatic limits for every plane", (isOn) => commands.wish({ auto: isOn ? "plane" : "once" }));
  const bar = check("Scale bar", (isOn) => commands.wish({ bar: isOn }));
  const moves = sizes.t > 1 || sizes.z > 1;
  const action = (text, run, name) => make("button", { type: "button", class: "action", text, "data-action": name, on: { click: run } });
  const element = make("div", { class: "menu over", role: "dialog", "aria-label": "More", hidden: true },
    sizes.z > 1 && section("Through z", projection.element, span),
    moves && section("Playing", make("div", { class: "line" }, slower, fps.element, make("span", { class: "unit", text: "fps" })), play.element),
    section("Picture", !manifest.labels && auto.element, isCalibrated(manifest) && bar.element,
      action("Copy link", () => commands.copyLink(), "link"),
      action("Save as PNG", () => commands.savePicture(), "png"),
      action("Full screen", () => commands.fullScreen(), "full"),
      action("Show keys", () => commands.showKeys(), "keys"),
      action("Reset to the image’s own look", () => commands.reset(), "reset")),
    section("Details", details(manifest)));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    commands.closeMenu();
  });
  return {
    element,
    focus: () => element.querySelector('button:not([tabindex="-1"]), input')?.focus(),
    update(shown) {
      const kind = typeof shown.z === "string" ? shown.z.split(":")[0] : "";
      projection.update(kind);
      span.hidden = !kind;
      if (kind) {
        const slices = slicesOf(shown.z, sizes.z);
        first.update(String(slices.first + 1));
        last.update(String(slices.first + slices.length));
      }
      play.update(shown.play);
      fps.update(String(shown.fps));
      slower.value = String(shown.fps);
      auto.update(shown.auto === "plane");
      bar.update(shown.bar);
    },
  };
}

export function isCalibrated({ pixel_size_um: size }) {
  return size?.x > 0;
}

function section(title, ...children) {
  return make("section", {}, make("h3", { text: title }), ...children);
}

function check(text, onChange) {
  const box = make("input", { type: "checkbox", on: { change: () => onChange(box.checked) } });
  return { element: make("label", { class: "check" }, box, text), update: (isOn) => (box.checked = isOn) };
}

/** What is known of the image, and what is not. */
function details(manifest) {
  const { sizes, pixel_size_um: size, frame_interval_s: interval } = manifest;
  const lines = [["Size", `${sizes.x} × ${sizes.y} px`]];
  if (sizes.z > 1) lines.push(["Slices", String(sizes.z)]);
  if (sizes.t > 1) lines.push(["Time points", String(sizes.t)]);
  if (!manifest.colour && sizes.c > 1) lines.push(["Channels", String(sizes.c)]);
  lines.push(["Samples", manifest.dtype], ["Pixel size", isCalibrated(manifest) ? `${lengthText(size.x)}` : "not calibrated"]);
  if (sizes.z > 1) lines.push(["z step", size?.z > 0 ? lengthText(size.z) : "not calibrated"]);
  if (sizes.t > 1) lines.push(["Frame interval", interval > 0 ? `${Number(interval.toPrecision(4))}\u2009s` : "not known"]);
  if (manifest.credit) lines.push(["Credit", manifest.credit]);
  if (manifest.licence) lines.push(["Licence", manifest.licence]);
  return make("dl", { class: "details" }, ...lines.flatMap(([name, text]) => [make("dt", { text: name }), make("dd", { text })]));
}
