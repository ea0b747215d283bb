/** Making elements in a line each; text is always text, never markup. */

/**
 * @param {string} tag
 * @param {object} [properties] `class`, `text`, `on: {event: listener}`, anything else becomes an attribute;
 *   false and null leave one out
 * @param {...(Node|string|null|false)} children
 * @returns {HTMLElement}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== false && child !== undefined));
  return element;
}

const PATHS = {
  play: "M5 3.5v9l7.5-4.5z",
  pause: "M4.5 3.5h2.5v9H4.5zM9 3.5h2.5v9H9z",
  eye: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  closed: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM2.5 13.5l11-11",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  unlock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 4.8-1",
  more: "M3.2 8h.01M8 8h.01M12.8 8h.01",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  full: "M9.5 2.5h4v4M13.5 2.5l-4.5 4.5M6.5 13.5h-4v-4M2.5 13.5L7 9",
  loop: "M12.8 6A5.2 5.2 0 1 0 13 9.6M13.2 2.8V6H10",
  chevron: "M4 6l4 4 4-4",
};
const FILLED = new Set(["play", "pause"]);

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 16 16");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", FILLED.has(name) ? "icon filled" : "icon");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  if (name === "more") path.setAttribute("class", "dots");
  picture.append(path);
  return picture;
}

/** A button with an icon; its name is its tooltip too. */
export function iconButton(name, label, onClick, more = {}) {
  return make("button", { type: "button", class: "tool", "aria-label": label, title: label, on: { click: onClick }, ...more }, icon(name));
}

/** Gives an icon button another icon and name. */
export function changeIcon(button, name, label) {
  if (button.dataset.icon === name && button.title === label) return;
  button.dataset.icon = name;
  button.replaceChildren(icon(name));
  button.title = label;
  button.setAttribute("aria-label", label);
}

/** A row of choices of which one holds. */
export function choice(label, options, onChoose) {
  const buttons = options.map(([value, text]) =>
    make("button", { type: "button", role: "radio", "data-value": value, text, on: { click: () => onChoose(value) } }),
  );
  const group = make("div", { class: "choice", role: "radiogroup", "aria-label": label, on: { keydown: step } }, ...buttons);
  function step(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const at = buttons.findIndex((button) => button.getAttribute("aria-checked") === "true");
    const next = buttons[(at + by + buttons.length) % buttons.length];
    onChoose(next.dataset.value);
    next.focus();
  }
  const update = (value) =>
    buttons.forEach((button) => {
      const holds = button.dataset.value === value;
      button.setAttribute("aria-checked", String(holds));
      button.tabIndex = holds || (value === null && button === buttons[0]) ? 0 : -1;
    });
  return { element: group, update };
}

/** A number that is typed; `onNumber` gets it when it is one, else the old one comes back. */
export function numberField(label, onNumber, more = {}) {
  const input = make("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", class: "number", "aria-label": label, title: label, ...more,
    on: { change: commit, blur: commit, focus: () => input.select(), keydown: typed },
  });
  let known = "";
  function commit() {
    if (input.value === known) return;
    const number = Number(input.value.replace(",", ".").trim());
    if (input.value.trim() !== "" && Number.isFinite(number)) onNumber(number);
    input.value = known;
  }
  function typed(event) {
    if (event.key === "Enter") {
      commit();
      input.select();
    }
    if (event.key === "Escape") input.value = known;
    if (event.key !== "Tab" && event.key !== "Escape") event.stopPropagation();
  }
  const update = (text) => {
    if (text === known) return;
    known = text;
    input.value = text;
  };
  return { element: input, update };
}
