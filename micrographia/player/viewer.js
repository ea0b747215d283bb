/**
 * One image on one stage: the display state and what follows from it. Every change ends in a paint, a list of
 * planes to fetch, controls that agree, and a word to whoever watches.
 */

import { announcer } from "./announcer.js";
import { axisSlider } from "./axisslider.js";
import { projectionText, stampText, unitText, widestCaption } from "./captions.js";
import { channelPanel } from "./channelpanel.js";
import { Clock } from "./clock.js";
import { Commands } from "./commands.js";
import { make } from "./elements.js";
import { listen } from "./gestures.js";
import { help, press } from "./keyboard.js";
import { menu } from "./menu.js";
import { Pictures } from "./pictures.js";
import { wantedTiles } from "./planner.js";
import { Pointing } from "./pointing.js";
import { sceneOf } from "./scene.js";
import { stage } from "./stage.js";
import { fitted, followsPlane, resolve } from "./state.js";
import { toolbar } from "./toolbar.js";
import { Failure } from "./transport.js";
import { extent, fit, isFitted, show } from "./viewport.js";

const SETTLED_MS = 140;
const TOLD_MS = 150;

export class Viewer extends Commands {
  /**
   * @param {object} parts
   * @param {object} parts.manifest
   * @param {import("./wishes.js").DisplayState} parts.state
   * @param {string[]} [parts.findings] what of the state could not be read
   * @param {object} parts.transport
   * @param {(state: object) => void} parts.onState
   * @param {(detail: object) => void} parts.onPainted
   * @param {"full"|"quiet"} parts.chrome
   * @param {string} [parts.poster]
   * @param {[string, string][]} [parts.keys] keys of the page round the player
   */
  constructor({ manifest, state, findings = [], transport, onState, onPainted, chrome, poster = "", keys = [] }) {
    super();
    Object.assign(this, { manifest, transport, onState, onPainted, poster, keys });
    this.extent = extent(manifest);
    this.isQuiet = chrome === "quiet";
    this.controller = new AbortController();
    this.moved = { axis: manifest.sizes.t > 1 ? "t" : "z", direction: 1, at: 0 };
    this.settled = false;
    this.adjusting = false;
    this.isSaving = Boolean(globalThis.navigator?.connection?.saveData);
    this.autos = new Map();
    this.viewport = null;
    this.change = { cause: "open", since: performance.now() };
    this.timers = {};
    this.frame = 0;
    this.pictures = new Pictures(manifest, transport, {
      onPlane: (wish) => this.arrived(wish),
      onOverview: () => this.repaint("overview"),
      onHistogram: () => this.measured(),
      onTrouble: (error) => this.trouble(error),
    });
    const known = fitted(state, manifest);
    this.state = known.state;
    this.resolve();
    this.build(chrome);
    this.clock = new Clock({
      onFrame: (axis, at) => this.play(axis, at),
      isReady: (axis, at) => Boolean(this.viewport) && this.pictures.isReady(this.scene(), this.plane(axis, at)),
      onChange: () => this.playingChanged(),
      facts: () => ({ t: this.shown.t, z: this.slice, sizes: manifest.sizes, fps: this.shown.fps, play: this.shown.play }),
    });
    this.afterPaint = new MessageChannel();
    this.afterPaint.port1.onmessage = ({ data }) => this.onPainted({ ...data, painted: performance.now(), ms: performance.now() - data.since });
    this.updateControls();
    this.sayFindings([...findings, ...known.findings]);
  }

  build(chrome) {
    const { manifest, controller } = this;
    this.stage = stage({
      manifest,
      poster: this.poster,
      pictures: this.pictures,
      onGo: (x, y) => this.look({ ...this.viewport, cx: x, cy: y }),
      onWhole: () => this.fit(),
      onRetry: () => this.retry(),
      onSize: () => this.resized(),
    });
    this.pointing = new Pointing({
      manifest,
      pictures: this.pictures,
      onReading: (text, values) => {
        this.toolbar.say(text);
        this.channels.readings(values);
      },
    });
    this.announcer = announcer();
    this.help = help(() => this.toggleHelp(false), this.keys);
    this.menu = menu(manifest, this);
    this.toolbar = toolbar(this);
    this.sliders = ["z", "t"].filter((axis) => manifest.sizes[axis] > 1).map((axis) => [axis, this.slider(axis)]);
    this.channels = channelPanel({
      manifest,
      channels: this.shown.channels,
      onWish: (index, wish, isMoving) => this.wishChannel(index, wish, isMoving),
      onAuto: (index) => this.autoLimits(index),
      onMode: (mode) => this.wish({ mode }),
      onLock: () => this.wish({ lock: !this.state.lock }),
    });
    const under = make("div", { class: "under" }, this.toolbar.element, ...this.sliders.map(([, slider]) => slider.element));
    this.element = make("div", { class: `player ${chrome}`, role: "region", "aria-label": manifest.title || "Image" },
      make("div", { class: "main" }, this.stage.element, under, this.menu.element), this.channels.element, this.help.element, this.announcer.element);
    listen(this.stage.element, {
      onPan: (dx, dy) => this.pan(dx, dy),
      onZoom: (factor, point) => this.zoom(factor, point),
      onDouble: (point) => (isFitted(this.viewport, this.extent, this.stage.size) ? this.zoom(2.5, point) : this.fit()),
      onPoint: (point) => this.point(point),
      onEnd: () => this.tell(),
    }, controller.signal);
    this.element.addEventListener("keydown", (event) => press(event, this, true));
    this.element.addEventListener("pointerdown", (event) => {
      const inMenu = event.composedPath().some((node) => node === this.menu.element || node === this.toolbar.more);
      if (!inMenu) this.closeMenu(false);
    });
    // Histograms are drawn in the page's colours, by day and by night.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.channels.redraw(), { signal: controller.signal });
    this.theme = new MutationObserver(() => this.channels.redraw());
    this.theme.observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  }

  slider(axis) {
    return axisSlider({
      axis,
      count: this.manifest.sizes[axis],
      widest: widestCaption(this.manifest),
      onMove: (at) => this.moveTo(axis, at),
      onPlay: () => this.togglePlay(axis),
      onRest: () => this.settle(),
      onTouch: () => this.glance(axis),
    });
  }

  close() {
    this.clock.stop();
    this.controller.abort();
    this.theme.disconnect();
    cancelAnimationFrame(this.frame);
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.afterPaint.port1.close();
    this.announcer.close();
    this.pointing.close();
    this.stage.close();
    this.pictures.close();
    this.transport.close?.();
    this.element.remove();
  }

  plane(axis, at) {
    const { t, z } = this.shown;
    return axis === "t" ? { t: at, z: String(z) } : { t, z: String(at) };
  }

  /** Resolves the wishes; where limits follow each plane, they do so unless set by hand. */
  resolve() {
    this.shown = resolve(this.state, this.manifest);
    if (!followsPlane(this.shown)) return;
    for (const channel of this.shown.channels) {
      if (this.state.channels[channel.index]?.limits) continue;
      const key = this.shown.colour ? "rgb" : channel.index;
      const auto = this.pictures.histogram(this.shown, key)?.auto;
      if (auto) this.autos.set(channel.index, auto);
      channel.limits = this.autos.get(channel.index) ?? channel.limits;
    }
  }

  scene() {
    return sceneOf(this.manifest, this.shown, this.viewport, this.stage);
  }

  /** The scene that is on the screen: while a plane is awaited, that of the plane before. */
  seen() {
    return { ...this.scene(), shown: { ...this.shown, ...this.stage.painted } };
  }

  playingChanged() {
    const { axis } = this.clock;
    this.announcer.say(axis ? `Playing ${axis} at ${this.shown.fps} frames per second` : "Paused");
    if (axis) this.moved = { axis, direction: 1 };
    this.unsettle();
    this.fetch();
    this.updateControls();
  }

  resized() {
    this.stage.measure();
    const { size } = this.stage;
    if (!size.x) return;
    this.viewport = this.framed();
    this.channels.redraw();
    this.unsettle();
    this.fetch();
    this.repaint("size");
  }

  /** The viewport that the state asks for: the whole picture where it asks for none. */
  framed() {
    const { size } = this.stage;
    return this.shown.view ? show(this.shown.view, this.extent, size) : fit(this.extent, size);
  }

  /** Takes a state that was made elsewhere, and says what of it cannot be. */
  take({ state, findings }) {
    const known = fitted(state, this.manifest);
    this.put(known.state, "state");
    this.sayFindings([...findings, ...known.findings]);
  }

  /** Says the first of what could not be taken over; the address then tells what is shown. */
  sayFindings([first]) {
    if (!first) return;
    this.say(first);
    this.tell();
  }

  /** Takes a new state; `cause` says what kind of change it is. */
  put(state, cause) {
    this.state = state;
    this.resolve();
    if (cause === "state" && this.stage.size.x) {
      this.viewport = this.framed();
    }
    this.unsettle();
    this.fetch();
    this.repaint(cause);
    this.updateControls();
    this.tell();
  }

  /** Something moved: exact planes and neighbours wait until it rests. */
  unsettle() {
    this.settled = false;
    clearTimeout(this.timers.settle);
    this.timers.settle = setTimeout(() => this.settle(), SETTLED_MS);
  }

  settle() {
    clearTimeout(this.timers.settle);
    const { signal } = this.controller;
    if (signal.aborted || !this.viewport) return;
    this.settled = true;
    this.adjusting = false;
    this.fetch();
    if (!isLoaded()) window.addEventListener("load", () => this.fetch(), { once: true, signal });
    if (this.manifest.labels || this.clock.axis) return;
    const { rows, cols } = this.manifest.levels[0];
    const channels = this.scene().channels;
    if (rows * cols > 1 || this.shown.colour) this.pictures.wantHistograms(this.shown, channels);
    this.measured();
  }

  /** Shows a frame at once: the picture and the numbers beside it change together. */
  play(axis, at) {
    if (!this.go(axis, at)) return;
    cancelAnimationFrame(this.frame);
    this.paint();
  }

  fetch() {
    if (!this.viewport) return;
    const scene = this.scene();
    // Until the limits of its own are known, a projection is shown in those of a slice.
    if (followsPlane(this.shown) && !this.autos.size && !this.clock.axis) this.pictures.wantHistograms(this.shown, scene.channels);
    // Exact planes and neighbours are large: what the page round the player is made of comes before them.
    const settled = this.settled && isLoaded();
    this.pictures.want(scene, { settled, adjusting: this.adjusting, playing: this.clock.axis, frugal: this.isQuiet, saving: this.isSaving, ...this.moved });
    this.watchProgress();
  }

  /** A plane is there: if it is the one on the stage it is shown, else it is one more that is buffered. */
  arrived({ t, z, urgent }) {
    if (urgent && this.stage.words.failed) this.stage.words.clear();
    if (t === this.shown.t && z === String(this.shown.z)) {
      this.measured();
      this.repaint("plane");
    }
    this.watchProgress();
  }

  /** Histograms may have become known: limits that follow the plane do so now. */
  measured() {
    if (followsPlane(this.shown)) {
      this.resolve();
      this.repaint("auto");
    }
    clearTimeout(this.timers.controls);
    this.timers.controls = setTimeout(() => this.updateControls(), this.clock.axis ? 200 : 0);
  }

  repaint(cause) {
    if (!this.change || cause !== "plane") this.change = { cause, since: performance.now() };
    this.frame ||= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.frame = 0;
    if (!this.viewport) return;
    const change = this.change ?? { cause: "plane", since: performance.now() };
    this.change = null;
    const scene = this.scene();
    const begun = performance.now();
    const quality = this.stage.paint(scene);
    const { t, z } = this.shown;
    // A plane that is not there yet is still awaited: its time runs on.
    if (quality === "none") this.change = change;
    this.bar = this.stage.scale(scene);
    this.stage.stamp(stampText(this.manifest, this.seen().shown));
    this.toolbar.zoom(this.viewport.scale * this.stage.ratio);
    this.stage.canvas.dataset.quality = quality;
    if (quality !== "none") this.afterPaint.port2.postMessage({ ...change, quality, t, z, compose_ms: performance.now() - begun });
    if (this.pointing.point) this.point(this.pointing.point);
  }

  updateControls() {
    const { shown: display, manifest } = this;
    for (const [axis, slider] of this.sliders) {
      const isProjected = axis === "z" && typeof display.z === "string";
      const at = axis === "t" ? display.t : this.slice;
      const unit = unitText(manifest, axis, at);
      slider.update({ at, isProjected, isPlaying: this.clock?.axis === axis, unit, projection: isProjected ? projectionText(display.z, manifest.sizes.z) : "" });
    }
    const histograms = new Map();
    for (const { index } of display.channels) {
      const found = this.clock?.axis ? null : this.pictures.histogram(display, display.colour ? "rgb" : index);
      histograms.set(index, found ?? this.lastHistograms?.get(index) ?? null);
    }
    this.lastHistograms = histograms;
    this.channels.update(display, histograms);
    this.menu.update(display);
    this.watchBuffer();
  }

  watchBuffer() {
    if (this.timers.buffer || !this.viewport) return;
    this.timers.buffer = setTimeout(() => {
      this.timers.buffer = 0;
      for (const [axis, slider] of this.sliders) slider.buffer(this.pictures.buffered(this.scene(), axis));
    }, 150);
  }

  watchProgress() {
    const { words } = this.stage;
    const scene = this.scene();
    const at = this.plane("t", this.shown.t);
    const tiles = wantedTiles(scene).tiles;
    const there = tiles.filter((tile) => this.pictures.isReady(scene, at, [tile])).length;
    words.wait(there < tiles.length && this.pictures.loader.isBusy, () =>
      tiles.length > 1 ? `Loading ${there} of ${tiles.length} tiles,` : "Loading the plane,");
    this.watchBuffer();
  }

  trouble(error) {
    const sentence = error instanceof Failure ? error.message : "The picture’s data could not be read.";
    this.stage.words.fail(sentence);
    if (!this.poster) this.stage.element.classList.remove("waiting");
    this.clock.stop();
    this.announcer.say(sentence);
  }

  retry() {
    this.stage.words.clear();
    this.pictures.retry();
    this.unsettle();
    this.fetch();
    this.repaint("retry");
  }

  /** Tells the state to whoever watches, not more often than they can take. */
  tell() {
    this.timers.tell ||= setTimeout(() => {
      this.timers.tell = 0;
      this.onState(this.state);
    }, TOLD_MS);
  }

  point(point) {
    if (this.viewport) this.pointing.read(this.seen(), point, !this.clock.axis);
  }
}

function isLoaded() {
  return document.readyState === "complete";
}
