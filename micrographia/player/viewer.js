/**
 * One image on one stage: the display state, what follows from it, and the commands that change it. Controls
 * call the commands; every change ends in a paint, a list of planes to fetch, and a word to whoever watches.
 */

import { announcer } from "./announcer.js";
import { axisSlider } from "./axisslider.js";
import { channelPanel } from "./channelpanel.js";
import { Clock } from "./clock.js";
import { make } from "./elements.js";
import { figure, fileName, save } from "./figure.js";
import { listen } from "./gestures.js";
import { help, press } from "./keyboard.js";
import { menu } from "./menu.js";
import { Pictures } from "./pictures.js";
import { wantedTiles } from "./planner.js";
import { depthText, positionText, sampleText, timeText } from "./readout.js";
import { stage } from "./stage.js";
import { emptyState, mergedQuery, resolve, slicesOf, toUrl } from "./state.js";
import { toolbar } from "./toolbar.js";
import { bounded, fit, imagePoint, isFitted, panned, show, shown, zoomed } from "./viewport.js";

const SETTLED_MS = 140;
const TOLD_MS = 150;
const ASKED_MS = 70;

export class Viewer {
  /**
   * @param {object} parts
   * @param {object} parts.manifest
   * @param {import("./wishes.js").DisplayState} parts.state
   * @param {object} parts.transport
   * @param {(state: object) => void} parts.onState
   * @param {(detail: object) => void} parts.onPainted
   * @param {"full"|"quiet"} parts.chrome
   */
  constructor({ manifest, state, transport, onState, onPainted, chrome }) {
    Object.assign(this, { manifest, state, transport, onState, onPainted });
    this.controller = new AbortController();
    this.moved = { axis: manifest.sizes.t > 1 ? "t" : "z", direction: 1, at: 0 };
    this.settled = false;
    this.adjusting = false;
    this.autos = new Map();
    this.viewport = null;
    this.pointer = null;
    this.change = { cause: "open", since: performance.now() };
    this.timers = {};
    this.frame = 0;
    this.pictures = new Pictures(manifest, transport, {
      onPlane: (wish) => this.arrived(wish),
      onOverview: () => this.repaint("overview"),
      onHistogram: () => this.measured(),
      onTrouble: (error) => this.trouble(error),
    });
    this.resolve();
    this.build(chrome);
    this.clock = new Clock({
      onFrame: (axis, at) => this.go(axis, at),
      isReady: (axis, at) => this.pictures.isReady(this.scene(), this.plane(axis, at)),
      onChange: () => this.playingChanged(),
      facts: () => ({ t: this.shown.t, z: this.slice, sizes: manifest.sizes, fps: this.shown.fps, play: this.shown.play }),
    });
    this.afterPaint = new MessageChannel();
    this.afterPaint.port1.onmessage = ({ data }) => this.onPainted({ ...data, painted: performance.now(), ms: performance.now() - data.since });
    this.updateControls();
  }

  build(chrome) {
    const { manifest, controller } = this;
    this.stage = stage({
      manifest,
      pictures: this.pictures,
      onGo: (x, y) => this.look({ ...this.viewport, cx: x, cy: y }),
      onRetry: () => this.retry(),
      onSize: () => this.resized(),
    });
    this.announcer = announcer();
    this.help = help(() => this.toggleHelp(false));
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
      onDouble: (point) => (isFitted(this.viewport, manifest.sizes, this.stage.size) ? this.zoom(2.5, point) : this.fit()),
      onPoint: (point) => this.point(point),
      onEnd: () => this.tell(),
    }, controller.signal);
    this.element.addEventListener("keydown", (event) => press(event, this, true));
    this.element.addEventListener("pointerdown", (event) => {
      const inMenu = event.composedPath().some((node) => node === this.menu.element || node === this.toolbar.more);
      if (!inMenu) this.closeMenu(false);
    });
    this.theme = matchMedia("(prefers-color-scheme: dark)");
    this.theme.addEventListener("change", () => this.channels.redraw(), { signal: controller.signal });
  }

  slider(axis) {
    return axisSlider({
      axis,
      count: this.manifest.sizes[axis],
      onMove: (at) => this.moveTo(axis, at),
      onPlay: () => this.togglePlay(axis),
      onRest: () => this.settle(),
      onTouch: () => this.glance(axis),
    });
  }

  close() {
    this.clock.stop();
    this.controller.abort();
    cancelAnimationFrame(this.frame);
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.afterPaint.port1.close();
    this.announcer.close();
    this.stage.close();
    this.pictures.close();
    this.transport.close?.();
    this.element.remove();
  }

  // What follows from the state.

  /** The slice a slider stands on, also while a projection is shown. */
  get slice() {
    const { z } = this.shown;
    return typeof z === "number" ? z : slicesOf(z, this.manifest.sizes.z).first;
  }

  plane(axis, at) {
    const { t, z } = this.shown;
    return axis === "t" ? { t: at, z: String(z) } : { t, z: String(at) };
  }

  /** Resolves the wishes; where limits follow each plane, they do so unless set by hand. */
  resolve() {
    this.shown = resolve(this.state, this.manifest);
    if (this.shown.auto !== "plane") return;
    for (const channel of this.shown.channels) {
      if (this.state.channels[channel.index]?.limits) continue;
      const key = this.shown.colour ? "rgb" : channel.index;
      const auto = this.pictures.histogram(this.shown, key)?.auto;
      if (auto) this.autos.set(channel.index, auto);
      channel.limits = this.autos.get(channel.index) ?? channel.limits;
    }
  }

  /** Everything a painter and a planner need to know. */
  scene() {
    const { shown: display, manifest } = this;
    const drawn = display.colour ? display.shown.slice(0, 1) : display.shown;
    const channels = display.colour ? drawn.map(() => "rgb") : drawn;
    const limits = drawn.map((index) => display.channels[index].limits);
    const looks = drawn.map((index) => {
      const { color, gamma } = display.channels[index];
      return { color: display.mode === "grey" && !display.colour ? "#FFFFFF" : color, gamma };
    });
    const windows = display.auto === "plane" ? limits.map((limit) => this.wide(limit)) : limits;
    return { manifest, shown: display, viewport: this.viewport, stage: this.stage.size, ratio: this.stage.ratio, channels, limits, looks, windows };
  }

  /** A window with room for limits that change from plane to plane. */
  wide([low, high]) {
    const [first, last] = this.manifest.range ?? [-Infinity, Infinity];
    const room = (high - low) / 2;
    return [Math.max(Math.min(first, low), low - room), Math.min(Math.max(last, high), high + room)];
  }

  /** Fetches the tiny frames of an axis that is about to be moved along, unless its planes are there already. */
  glance(axis) {
    if (!this.viewport) return;
    const scene = this.scene();
    if (!this.pictures.buffered(scene, axis).every(Boolean)) this.pictures.wantOverview(scene, axis);
  }

  // Commands: places.

  /** Shows a frame or a slice that the clock, a key or a slider came to. */
  go(axis, at) {
    const count = this.manifest.sizes[axis];
    const next = Math.min(count - 1, Math.max(0, at));
    const before = axis === "t" ? this.shown.t : this.shown.z;
    if (next === before) return false;
    this.moved = { axis, direction: next > (axis === "t" ? before : this.slice) ? 1 : -1 };
    const released = this.state.lock ? {} : { channels: withoutLimits(this.state.channels) };
    this.put({ ...this.state, ...released, [axis]: next }, axis);
    return true;
  }

  moveTo(axis, at) {
    this.clock.stop();
    if (this.go(axis, at)) this.sayPlace();
  }

  step(axis, by) {
    if (this.manifest.sizes[axis] < 2) return false;
    this.glance(axis);
    this.moveTo(axis, (axis === "t" ? this.shown.t : this.slice) + by);
    return true;
  }

  togglePlay(axis = this.playable()) {
    if (!axis) return false;
    if (this.clock.axis === axis) this.clock.stop();
    else {
      if (axis === "z" && typeof this.shown.z === "string") return false;
      this.clock.start(axis);
    }
    return true;
  }

  playable() {
    const { t, z } = this.manifest.sizes;
    if (this.clock.axis) return this.clock.axis;
    if (t > 1 && z > 1) return this.moved.axis;
    return t > 1 ? "t" : z > 1 ? "z" : null;
  }

  playingChanged() {
    const { axis } = this.clock;
    this.announcer.say(axis ? `Playing ${axis} at ${this.shown.fps} frames per second` : "Paused");
    if (axis) this.moved = { axis, direction: 1 };
    this.unsettle();
    this.fetch();
    this.updateControls();
  }

  // Commands: looks.

  /** Changes wishes that are one value each. */
  wish(change) {
    this.put({ ...this.state, ...change }, "look");
    if (change.mode) this.announcer.say(change.mode === "grey" ? "Grey" : "Colours");
    if (change.auto) this.measured();
  }

  wishChannel(index, wish, isMoving = false) {
    const { mode } = this.shown;
    const name = this.shown.channels[index].name || "Channel";
    if (mode === "grey" && wish.visible) return this.only(index);
    const old = this.state.channels[index] ?? { color: null, limits: null, gamma: null, visible: null };
    this.adjusting = isMoving;
    this.put({ ...this.state, channels: { ...this.state.channels, [index]: { ...old, ...wish } } }, "channel");
    if ("visible" in wish) this.announcer.say(`${name} ${wish.visible ? "shown" : "hidden"}`);
    else if (wish.limits && !isMoving) this.announcer.say(`${name} from ${sampleText(wish.limits[0])} to ${sampleText(wish.limits[1])}`);
    if (!isMoving) this.settle();
  }

  /** In grey mode one channel is seen at a time. */
  only(index) {
    const channels = { ...this.state.channels };
    for (const { index: at } of this.shown.channels)
      channels[at] = { color: null, limits: null, gamma: null, ...channels[at], visible: at === index };
    this.put({ ...this.state, channels }, "channel");
    this.announcer.say(`${this.shown.channels[index].name} shown`);
  }

  toggleChannel(index) {
    const channel = this.shown.channels[index];
    if (!channel) return false;
    if (this.shown.mode === "grey") this.only(index);
    else this.wishChannel(index, { visible: !channel.visible });
    return true;
  }

  toggleMode() {
    if (this.shown.channels.length < 2) return false;
    this.wish({ mode: this.shown.mode === "grey" ? "composite" : "grey" });
    return true;
  }

  /** Limits from the percentiles of this plane, for one channel or all. */
  async autoLimits(index) {
    if (this.manifest.labels) return;
    const keys = this.shown.channels.filter((channel) => (index === null ? this.shown.shown.includes(channel.index) : channel.index === index));
    const place = this.shown;
    const names = keys.map((channel) => (this.shown.colour ? "rgb" : channel.index));
    await this.pictures.wantHistograms(place, names);
    if (this.controller.signal.aborted) return;
    const channels = { ...this.state.channels };
    keys.forEach((channel, i) => {
      const found = this.pictures.histogram(place, names[i]);
      if (found) channels[channel.index] = { color: null, gamma: null, visible: null, ...channels[channel.index], limits: found.auto };
    });
    this.put({ ...this.state, channels }, "channel");
    this.announcer.say("Automatic limits");
    this.settle();
  }

  project(kind) {
    if (kind) this.lastSlice = typeof this.shown.z === "number" ? this.shown.z : this.lastSlice;
    const old = typeof this.shown.z === "string" ? this.shown.z.split(":")[1] : null;
    const z = kind ? (old ? `${kind}:${old}` : kind) : (this.lastSlice ?? null);
    this.clock.stop();
    this.put({ ...this.state, z }, "z");
    this.announcer.say(kind ? `${WORDS[kind]} projection` : `Slice ${this.slice + 1}`);
  }

  projectFrom(at) {
    const { first, length } = slicesOf(this.shown.z, this.manifest.sizes.z);
    this.projectSpan(at, first + length - 1);
  }

  projectTo(at) {
    this.projectSpan(slicesOf(this.shown.z, this.manifest.sizes.z).first, at);
  }

  projectSpan(first, last) {
    const within = (at) => Math.min(this.manifest.sizes.z - 1, Math.max(0, Math.round(at)));
    const ends = [within(first), within(last)].sort((a, b) => a - b);
    this.put({ ...this.state, z: `${this.shown.z.split(":")[0]}:${ends.join("-")}` }, "z");
  }

  toggleProjection() {
    if (this.manifest.sizes.z < 2) return false;
    this.project(typeof this.shown.z === "string" ? "" : "max");
    return true;
  }

  reset() {
    this.clock.stop();
    this.viewport = null;
    this.put(emptyState(), "look");
    this.resized();
    this.announcer.say("Shown as the image says");
  }

  // Commands: the viewport.

  look(viewport) {
    const { sizes } = this.manifest;
    this.viewport = bounded(viewport, sizes, this.stage.size);
    const whole = isFitted(this.viewport, sizes, this.stage.size);
    const digits = this.viewport.scale > 8 ? 100 : 10;
    const view = whole ? null : shown(this.viewport, this.stage.size).map((number) => Math.round(number * digits) / digits);
    this.put({ ...this.state, view }, "view");
  }

  pan(dx, dy) {
    this.look(panned(this.viewport, dx, dy, this.manifest.sizes, this.stage.size));
  }

  zoom(factor, point = { x: this.stage.size.x / 2, y: this.stage.size.y / 2 }) {
    this.look(zoomed(this.viewport, factor, point, this.manifest.sizes, this.stage.size));
    this.announcer.say(`Zoom ${Math.round(this.viewport.scale * this.stage.ratio * 100)} percent`);
  }

  fit() {
    this.look(fit(this.manifest.sizes, this.stage.size));
    this.announcer.say("Whole picture");
  }

  oneToOne() {
    this.zoom(1 / (this.viewport.scale * this.stage.ratio));
  }

  resized() {
    this.stage.measure();
    const { size } = this.stage;
    if (!size.x) return;
    const { sizes } = this.manifest;
    this.viewport = this.shown.view ? show(this.shown.view, sizes, size) : fit(sizes, size);
    this.channels.redraw();
    this.unsettle();
    this.fetch();
    this.repaint("size");
  }

  // After a change.

  /** Takes a new state; `cause` says what kind of change it is. */
  put(state, cause) {
    const before = this.shown;
    this.state = state;
    this.resolve();
    if (cause === "state" && this.stage.size.x) {
      const { sizes } = this.manifest;
      this.viewport = this.shown.view ? show(this.shown.view, sizes, this.stage.size) : fit(sizes, this.stage.size);
    }
    const place = before.t !== this.shown.t || before.z !== this.shown.z;
    if (place && this.pointer) this.point(this.pointer);
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
    if (this.controller.signal.aborted || !this.viewport) return;
    this.settled = true;
    this.adjusting = false;
    this.fetch();
    if (this.manifest.labels || this.clock.axis) return;
    const { rows, cols } = this.manifest.levels[0];
    const channels = this.scene().channels;
    if (rows * cols > 1 || this.shown.colour) this.pictures.wantHistograms(this.shown, channels);
    this.measured();
  }

  fetch() {
    if (!this.viewport) return;
    this.pictures.want(this.scene(), { settled: this.settled, adjusting: this.adjusting, playing: this.clock.axis, ...this.moved });
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
    if (this.shown.auto === "plane") {
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
    this.stage.stamp(this.stampText());
    this.toolbar.zoom(this.viewport.scale * this.stage.ratio);
    this.stage.canvas.dataset.quality = quality;
    this.afterPaint.port2.postMessage({ ...change, quality, t, z, compose_ms: performance.now() - begun });
    if (this.pointer) this.readValues();
  }

  updateControls() {
    const { shown: display, manifest } = this;
    for (const [axis, slider] of this.sliders) {
      const isProjected = axis === "z" && typeof display.z === "string";
      const at = axis === "t" ? display.t : this.slice;
      const unit = axis === "t" ? (manifest.frame_interval_s > 0 ? timeText(at, manifest.sizes.t, manifest.frame_interval_s) : null) : depthText(at, manifest.pixel_size_um?.z);
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
    const sentence = error.name === "Failure" || error.constructor.name === "Failure" || error.again !== undefined ? error.message : "The picture’s data could not be read.";
    this.stage.words.fail(sentence);
    this.stage.element.classList.remove("waiting");
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

  // Under the pointer.

  point(point) {
    this.pointer = point;
    if (!point) {
      this.toolbar.say("");
      this.channels.readings(null);
      return;
    }
    this.readValues();
  }

  readValues() {
    const at = imagePoint(this.viewport, this.pointer, this.stage.size);
    const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
    const { sizes } = this.manifest;
    clearTimeout(this.timers.value);
    this.asking?.abort();
    if (x < 0 || y < 0 || x >= sizes.x || y >= sizes.y) {
      this.toolbar.say("");
      this.channels.readings(null);
      return;
    }
    const scene = this.scene();
    const known = this.pictures.valuesHere(scene, x, y);
    this.sayValues(x, y, known);
    if (!known && !this.clock.axis) this.timers.value = setTimeout(() => this.askValues(scene, x, y), ASKED_MS);
  }

  async askValues(scene, x, y) {
    this.asking = new AbortController();
    const signal = AbortSignal.any([this.asking.signal, this.controller.signal]);
    try {
      this.sayValues(x, y, await this.pictures.askValues(scene, x, y, signal));
    } catch {
      // Without an answer there is no value to show; the picture itself tells of trouble.
    }
  }

  sayValues(x, y, values) {
    const { manifest, shown: display } = this;
    this.channels.readings(values);
    const told = display.shown.map((index) => values?.[index]).filter((value) => value !== null && value !== undefined);
    const words = told.map((value) => (Array.isArray(value) ? `RGB ${value.map(sampleText).join(" ")}` : sampleText(value)));
    const label = manifest.labels && told.length ? `label ${words[0]}` : words.join(" · ");
    this.toolbar.say(`${positionText(x, y, manifest.pixel_size_um)}${label ? ` — ${label}` : ""}`);
  }

  // Words.

  stampText() {
    const { sizes, frame_interval_s: interval, pixel_size_um: size } = this.manifest;
    const parts = [];
    if (sizes.t > 1) parts.push(timeText(this.shown.t, sizes.t, interval));
    if (sizes.z > 1) parts.push(typeof this.shown.z === "string" ? projectionText(this.shown.z, sizes.z) : `z ${depthText(this.shown.z, size?.z) ?? `${this.shown.z + 1} of ${sizes.z}`}`);
    return parts.join("  ·  ");
  }

  sayPlace() {
    const { t, z } = this.manifest.sizes;
    const { axis } = this.moved;
    this.announcer.say(axis === "t" ? `t ${this.shown.t + 1} of ${t}` : `z ${this.slice + 1} of ${z}`);
  }

  // Help, menu and output.

  toggleHelp(isOpen = this.help.element.hidden) {
    this.help.element.hidden = !isOpen;
    this.closeMenu(false);
    if (isOpen) this.help.focus();
    else this.stage.element.focus({ preventScroll: true });
  }

  toggleMenu(isOpen = this.menu.element.hidden) {
    if (!isOpen) return this.closeMenu();
    this.menu.element.hidden = false;
    this.toolbar.more.setAttribute("aria-expanded", "true");
    this.menu.focus();
  }

  closeMenu(refocus = true) {
    if (this.menu.element.hidden) return;
    this.menu.element.hidden = true;
    this.toolbar.more.setAttribute("aria-expanded", "false");
    if (refocus) this.toolbar.more.focus();
  }

  showKeys() {
    this.toggleHelp(true);
  }

  /** Closes what is open, stops what plays, or gives the page its scrolling back. */
  escape() {
    if (!this.help.element.hidden) return this.toggleHelp(false);
    if (!this.menu.element.hidden) return this.closeMenu();
    if (this.clock.axis) return this.clock.stop();
    const active = this.element.getRootNode().activeElement;
    if (active !== this.stage.element) return false;
    active.blur();
    return undefined;
  }

  async copyLink() {
    const { origin, pathname, search } = location;
    const query = this.address ? mergedQuery(search, this.state) : toUrl(this.state);
    const link = `${origin}${pathname}${query ? `?${query}` : ""}`;
    try {
      await navigator.clipboard.writeText(link);
      this.announcer.say("Link copied");
      this.toolbar.say("Link copied.");
    } catch {
      globalThis.prompt?.("Copy this link", link);
    }
    this.closeMenu();
  }

  async savePicture() {
    const { manifest, shown: display } = this;
    const channels = display.colour || manifest.labels ? [] : this.scene().channels.map((index, i) => ({ name: display.channels[index].name, color: this.scene().looks[i].color }));
    const credit = [manifest.title, manifest.credit, manifest.licence].filter(Boolean).join(" · ");
    const picture = figure(this.stage.canvas, { ratio: this.stage.ratio, bar: this.bar, stamp: this.stampText(), channels, credit });
    await save(picture, fileName(manifest.id, `t${display.t}-z${display.z}`));
    this.closeMenu();
  }

  async fullScreen() {
    this.closeMenu(false);
    const host = this.element.getRootNode().host ?? this.element;
    if (document.fullscreenElement) await document.exitFullscreen();
    else await host.requestFullscreen?.();
  }
}

const WORDS = { max: "Maximum", mean: "Mean", sum: "Sum" };

function projectionText(z, size) {
  const { first, length } = slicesOf(z, size);
  const kind = z.split(":")[0];
  return length === size ? `${kind} of ${size} slices` : `${kind} of ${first + 1} to ${first + length}`;
}

function withoutLimits(channels) {
  return Object.fromEntries(Object.entries(channels).map(([index, wish]) => [index, { ...wish, limits: null }]));
}
