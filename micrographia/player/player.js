/**
 * The player: one browser component that shows an image everywhere.
 *
 * `mount(element, {...})` puts it into a document; `render({model, el})` is the contract of anywidget and of
 * Panel's components. Both give back a function that undoes everything.
 *
 * After each painted frame the element sends `mg:painted` with `{cause, since, painted, ms, compose_ms, quality,
 * t, z}`, and its `data-painted` says how good the picture is; `mg:set-state` with a state as its detail sets one.
 */

import styles from "./player.css";
import { press } from "./keyboard.js";
import { emptyState, KEYS, mergedQuery, readAddress, readJson } from "./state.js";
import { HttpTransport, MessageTransport } from "./transport.js";
import { Viewer } from "./viewer.js";

export { carryView } from "./sharing.js";
export { emptyState, mergedQuery, readAddress };

const ADDRESS_MS = 300;
/** All players of the page; the one used last answers keys pressed while nothing has the focus. */
const players = [];

/**
 * Puts a player into an element.
 *
 * @param {HTMLElement} el
 * @param {object} options
 * @param {object|string} [options.manifest] the image's manifest, as an object or as JSON
 * @param {string} [options.src] where to fetch the manifest instead
 * @param {object|string|null} [options.state] display state, as an object or as JSON
 * @param {(state: object) => void} [options.onState] called after every change
 * @param {boolean} [options.address] whether the state is kept in the address bar
 * @param {object} [options.transport] where planes come from; HTTP when left out
 * @param {"t"|"z"|null} [options.autoplay] an axis to play at once, unless reduced motion is asked for
 * @param {string} [options.poster] address of a small picture that is shown until the first plane has come
 * @param {[string, string][]} [options.keys] keys of the page round the player, and what they do, for the help
 * @param {"full"|"quiet"} [options.chrome] "quiet" shows the stage and the sliders only
 * @returns {(() => void) & {setState: Function, viewer: Viewer|null}} undoes everything
 */
export function mount(el, options = {}) {
  const controller = new AbortController();
  const root = el.shadowRoot ?? el.attachShadow({ mode: "open" });
  const sheet = document.createElement("style");
  sheet.textContent = styles;
  root.replaceChildren(sheet);
  const entry = { el, viewer: null };
  players.push(entry);
  el.dataset.mounted = "";

  const unmount = () => {
    controller.abort();
    entry.viewer?.close();
    entry.viewer = null;
    if (players.includes(entry)) players.splice(players.indexOf(entry), 1);
    root.replaceChildren();
    delete el.dataset.painted;
    delete el.dataset.mounted;
  };
  unmount.setState = (state) => entry.viewer?.take(readJson(parsed(state) ?? {}));
  Object.defineProperty(unmount, "viewer", { get: () => entry.viewer });

  open(el, root, entry, options, controller.signal);
  return unmount;
}

/** Mounts every `.mg-player` with a `data-manifest` or `data-src` in a document; gives one function that undoes all. */
export function mountAll(root = document) {
  const ends = [...root.querySelectorAll(".mg-player[data-manifest], .mg-player[data-src]")].map((el) => {
    const { manifest, src, state, address, autoplay, chrome, poster } = el.dataset;
    return mount(el, { manifest, src, state, address: address === "true", autoplay, chrome, poster });
  });
  return () => ends.forEach((end) => end());
}

/** The front end of a notebook widget and of a Panel component. */
export function render({ model, el }) {
  const isWidget = typeof model.get === "function";
  const get = (name) => (isWidget ? model.get(name) : model[name]);
  const watch = (name, listener) => model.on(isWidget ? `change:${name}` : name, listener);
  const unwatch = (name, listener) => model.off?.(isWidget ? `change:${name}` : name, listener);
  const box = document.createElement("div");
  box.className = "mg-player";
  box.style.height = "100%";
  // JupyterLab would take the arrow keys for its cells.
  box.dataset.lmSuppressShortcuts = "true";
  el.append(box);
  let end = () => {};
  let told = "";

  const onState = (state) => {
    told = JSON.stringify(state);
    if (isWidget) {
      model.set("state", state);
      model.save_changes();
    } else model.state = state;
  };
  const onManifest = () => {
    end();
    const manifest = get("manifest");
    if (!manifest || !Object.keys(manifest).length) return (end = () => {});
    const transport = get("transport") === "message" ? new MessageTransport(model) : undefined;
    const player = mount(box, { manifest, state: get("state"), onState, transport, address: Boolean(get("address")), chrome: get("chrome") || "full" });
    return (end = player);
  };
  const onWish = () => {
    const state = get("state") ?? {};
    if (JSON.stringify(state) !== told) end.setState?.(state);
  };
  watch("manifest", onManifest);
  watch("state", onWish);
  onManifest();
  return () => {
    unwatch("manifest", onManifest);
    unwatch("state", onWish);
    end();
    box.remove();
  };
}

export default { render };

async function open(el, root, entry, options, signal) {
  let manifest;
  try {
    manifest = parsed(options.manifest) ?? (await fetched(options.src, signal));
    checked(manifest);
  } catch (error) {
    if (!signal.aborted) sorry(root, error instanceof Refusal ? error.message : "The picture’s description could not be read.", () => retry());
    return;
  }
  if (signal.aborted) return;
  const viewer = new Viewer({
    manifest,
    ...firstState(options),
    transport: options.transport ?? new HttpTransport(manifest),
    chrome: options.chrome === "quiet" ? "quiet" : "full",
    poster: options.poster ? String(options.poster) : "",
    keys: options.keys,
    onState: (state) => {
      options.onState?.(state);
      if (options.address) keep(state);
    },
    onPainted: (detail) => {
      el.dispatchEvent(new CustomEvent("mg:painted", { detail, bubbles: true, composed: true }));
      if (el.dataset.painted !== detail.quality) el.dataset.painted = detail.quality;
    },
  });
  viewer.address = Boolean(options.address);
  entry.viewer = viewer;
  root.append(viewer.element);
  const keep = keeper(signal);
  use(el, entry, options, signal);
  // Playing before the first planes are asked for: what plays by itself asks for previews only.
  if (options.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) viewer.clock.start(options.autoplay);
  viewer.resized();

  function retry() {
    root.replaceChildren(root.firstChild);
    open(el, root, entry, options, signal);
  }
}

/** Keys, the newest player, and the way back. */
function use(el, entry, options, signal) {
  const first = () => {
    players.splice(players.indexOf(entry), 1);
    players.unshift(entry);
  };
  el.addEventListener("pointerenter", first, { signal });
  el.addEventListener("focusin", first, { signal });
  el.addEventListener("mg:set-state", ({ detail }) => entry.viewer.take(readJson(detail)), { signal });
  window.addEventListener("keydown", (event) => {
    const idle = !document.activeElement || document.activeElement === document.body;
    if (idle && players[0] === entry) press(event, entry.viewer, false);
  }, { signal });
  window.addEventListener("popstate", () => {
    if (options.address) entry.viewer.take(readAddress(location.search));
  }, { signal });
}

/** The address wins over the given state where it says anything about the display. */
function firstState({ state, address }) {
  const said = new URLSearchParams(location.search);
  if (address && KEYS.some((key) => said.has(key))) return readAddress(location.search);
  const given = parsed(state);
  return readJson(given ?? {});
}

/** Writes a state into the address bar, without a new entry in the history and not too often. */
function keeper(signal) {
  let timer = 0;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return (state) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const query = mergedQuery(location.search, state);
      history.replaceState(history.state, "", `${location.pathname}${query ? `?${query}` : ""}${location.hash}`);
    }, ADDRESS_MS);
  };
}

class Refusal extends Error {}

async function fetched(src, signal) {
  if (!src) throw new Refusal("There is no picture to show.");
  const answer = await fetch(src, { signal }).catch(() => {
    throw new Refusal("The server cannot be reached.");
  });
  if (answer.status === 404) throw new Refusal("The library has no such picture.");
  if (!answer.ok) throw new Refusal(`The server could not describe the picture (${answer.status}).`);
  return answer.json();
}

function checked(manifest) {
  const { sizes, levels } = manifest ?? {};
  const fine = sizes && ["t", "c", "z", "y", "x"].every((axis) => Number.isInteger(sizes[axis]) && sizes[axis] > 0);
  if (!fine || !Array.isArray(levels) || levels.length === 0) throw new Refusal("The picture’s description is not complete.");
}

function parsed(given) {
  if (typeof given !== "string") return given ?? null;
  if (given.trim() === "") return null;
  return JSON.parse(given);
}

/** A sentence where the picture would be. */
function sorry(root, sentence, onRetry) {
  const stage = document.createElement("div");
  stage.className = "player sorry";
  const words = Object.assign(document.createElement("p"), { textContent: sentence });
  words.setAttribute("role", "alert");
  const button = Object.assign(document.createElement("button"), { textContent: "Retry", type: "button", className: "retry" });
  button.addEventListener("click", onRetry);
  stage.append(words, button);
  root.append(stage);
}
