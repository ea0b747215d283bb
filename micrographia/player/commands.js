/**
 * Everything a visitor can do, as methods that change the display state: what keys, gestures, menu and controls
 * call. The viewer, which knows what follows from a change, is made on top of it.
 */

import { clamped, emptyState, possibleLimits, slicesOf } from "./state.js";
import { endsOf, projected, spanning, withChannel, withOnly, withoutLimits } from "./looks.js";
import { sampleText } from "./readout.js";
import { copyLink, savePicture, toggleFullScreen } from "./sharing.js";
import { bounded, fit, isFitted, panned, shown, zoomed } from "./viewport.js";

const WORDS = { max: "Maximum", mean: "Mean", sum: "Sum" };

export class Commands {
  /** The slice a slider stands on, also while a projection is shown. */
  get slice() {
    const { z } = this.shown;
    return typeof z === "number" ? z : slicesOf(z, this.manifest.sizes.z).first;
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
    const state = this.state.lock ? this.state : withoutLimits(this.state);
    this.put({ ...state, [axis]: next }, axis);
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
    const limits = wish.limits && this.possible(wish.limits);
    this.adjusting = isMoving;
    this.put(withChannel(this.state, index, limits ? { ...wish, limits } : wish), "channel");
    if ("visible" in wish) this.announcer.say(`${name} ${wish.visible ? "shown" : "hidden"}`);
    else if (limits && !isMoving) this.sayLimits(name, limits, wish.limits);
    if (!isMoving) this.settle();
  }

  /** Limits in the range of what is shown. */
  possible(limits) {
    return clamped(limits, possibleLimits(this.manifest, this.shown.z), this.manifest.dtype);
  }

  sayLimits(name, [low, high], asked) {
    const sentence = `${name} from ${sampleText(low)} to ${sampleText(high)}`;
    if (low === asked[0] && high === asked[1]) return this.announcer.say(sentence);
    const [first, last] = possibleLimits(this.manifest, this.shown.z);
    this.say(`${sentence}: values go from ${first} to ${last}`);
  }

  /** Says a sentence to those who look and to those who listen. */
  say(sentence) {
    this.announcer.say(sentence);
    this.toolbar.say(sentence);
  }

  /** In grey mode one channel is seen at a time. */
  only(index) {
    this.put(withOnly(this.state, this.shown.channels.length, index), "channel");
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
    let state = this.state;
    keys.forEach((channel, i) => {
      const found = this.pictures.histogram(place, names[i]);
      if (found) state = withChannel(state, channel.index, { limits: this.possible(found.auto) });
    });
    this.put(state, "channel");
    this.announcer.say("Automatic limits");
    this.settle();
  }

  project(kind) {
    if (kind && typeof this.shown.z === "number") this.lastSlice = this.shown.z;
    this.clock.stop();
    this.autos.clear();
    this.put(kind ? projected(this.state, this.shown.z, kind) : { ...this.state, z: this.lastSlice ?? null }, "z");
    this.announcer.say(kind ? `${WORDS[kind]} projection` : `Slice ${this.slice + 1}`);
  }

  /** Moves one end of the projected slices. @param {0|1} end */
  projectTo(end, at) {
    const depth = this.manifest.sizes.z;
    const ends = endsOf(this.shown.z, depth);
    ends[end] = at;
    this.autos.clear();
    this.put(spanning(this.state, this.shown.z, depth, ends), "z");
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
    this.viewport = bounded(viewport, this.extent, this.stage.size);
    const whole = isFitted(this.viewport, this.extent, this.stage.size);
    const digits = this.viewport.scale > 8 ? 100 : 10;
    const view = whole ? null : shown(this.viewport, this.stage.size).map((number) => Math.round(number * digits) / digits);
    this.put({ ...this.state, view }, "view");
  }

  pan(dx, dy) {
    this.look(panned(this.viewport, dx, dy, this.extent, this.stage.size));
  }

  zoom(factor, point = { x: this.stage.size.x / 2, y: this.stage.size.y / 2 }) {
    this.look(zoomed(this.viewport, factor, point, this.extent, this.stage.size));
    this.announcer.say(`Zoom ${Math.round(this.viewport.scale * this.stage.ratio * 100)} percent`);
  }

  fit() {
    this.look(fit(this.extent, this.stage.size));
    this.announcer.say("Whole picture");
  }

  oneToOne() {
    this.zoom(1 / (this.viewport.scale * this.stage.ratio));
  }

  sayPlace() {
    const { t, z } = this.manifest.sizes;
    const { axis } = this.moved;
    this.announcer.say(axis === "t" ? `t ${this.shown.t + 1} of ${t}` : `z ${this.slice + 1} of ${z}`);
  }

  // Help, menu and output.

  toggleHelp(isOpen = !this.help.element.open) {
    this.closeMenu(false);
    if (isOpen) {
      this.help.element.showModal();
      this.help.focus();
      return;
    }
    this.help.element.close();
    this.stage.element.focus({ preventScroll: true });
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
    if (this.help.element.open) return this.toggleHelp(false);
    if (!this.menu.element.hidden) return this.closeMenu();
    if (this.clock.axis) return this.clock.stop();
    const active = this.element.getRootNode().activeElement;
    if (active !== this.stage.element) return false;
    active.blur();
    return undefined;
  }

  async copyLink() {
    this.closeMenu();
    if (!(await copyLink(this.state, this.address))) return;
    this.say("Link copied");
  }

  async savePicture() {
    this.closeMenu();
    await savePicture(this.stage.canvas, this.seen(), this.bar);
  }

  async fullScreen() {
    this.closeMenu(false);
    await toggleFullScreen(this.element.getRootNode().host ?? this.element);
  }
}
