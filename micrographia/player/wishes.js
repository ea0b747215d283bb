/**
 * Reading display wishes from JSON and from addresses, both hostile: what is kept is safe and in bounds, and
 * what is left out is a finding, never an error. The twin of `imaging/wishes.py`.
 */

import { hexColor } from "./colors.js";

/**
 * @typedef {{color: string|null, limits: [number, number]|null, gamma: number|null, visible: boolean|null}} ChannelWish
 * @typedef {object} DisplayState
 * @property {1} v
 * @property {number|null} t
 * @property {number|string|null} z a slice, or "max", "mean", "sum", "max:3-9"
 * @property {Object<string, ChannelWish>} channels
 * @property {"composite"|"grey"} mode
 * @property {[number, number, number, number]|null} view full-size pixels; null fits
 * @property {"once"|"plane"} auto
 * @property {boolean} lock
 * @property {number} fps
 * @property {"loop"|"bounce"|"once"} play
 * @property {boolean} bar
 */

const LONGEST_ADDRESS = 16384;
const MOST_CHANNELS = 64;
const GREATEST_INDEX = 2 ** 31 - 1;
const GREATEST_NUMBER = 1e38;
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?$/;
const INDEX = /^(?:0|[1-9][0-9]{0,9})$/;
const PROJECTION = /^(?:max|mean|sum)(?::(0|[1-9][0-9]{0,9})-(0|[1-9][0-9]{0,9}))?$/;
const SWITCHES = new Map([["on", true], ["off", false]]);

class Refused extends Error {}

/** @returns {DisplayState} the state in which everything is as the image says */
export function emptyState() {
  return {
    v: 1, t: null, z: null, channels: {}, mode: "composite", view: null,
    auto: "once", lock: true, fps: 10, play: "loop", bar: true,
  };
}

/**
 * The state written as JSON, and a sentence for each part that is left out.
 * @param {unknown} given
 * @returns {{state: DisplayState, findings: string[]}}
 */
export function readJson(given) {
  const state = emptyState();
  const findings = [];
  if (!isObject(given)) {
    return { state, findings: ["The display state is not an object; the image is shown by default."] };
  }
  for (const [key, value] of Object.entries(given)) {
    if (key === "channels") state.channels = readChannels(value, findings);
    else if (value !== null && value !== undefined) keep(state, key, value, READERS, findings);
  }
  state.v = 1;
  return { state, findings };
}

/**
 * The state that an address writes; keys that belong to others are passed over in silence. Of a repeated key
 * the first is taken; `ch` is repeated, one for each channel.
 * @param {string} query
 * @returns {{state: DisplayState, findings: string[]}}
 */
export function readAddress(query) {
  const findings = [];
  const text = query.replace(/^\?/, "");
  if (text.length > LONGEST_ADDRESS) return { state: emptyState(), findings: ["The address is too long; it is not read."] };
  const data = {};
  const channels = {};
  for (const part of text.split("&")) {
    const [key, value] = keyAndValue(part);
    if (key === "ch") readChannelText(value, channels, findings);
    else if (Object.hasOwn(data, key)) findings.push(`${key} is given more than once; the first is taken.`);
    else if (Object.hasOwn(TEXT_READERS, key)) data[key] = TEXT_READERS[key](value);
  }
  if (Object.keys(channels).length) data.channels = channels;
  const read = readJson(data);
  return { state: read.state, findings: [...findings, ...read.findings] };
}

function keyAndValue(part) {
  const at = part.indexOf("=");
  const ends = at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
  return ends.map(unquoted);
}

function unquoted(text) {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function keep(kept, key, value, readers, findings) {
  if (!Object.hasOwn(readers, key)) {
    findings.push(`The display state has no part named ${String(key).slice(0, 40)}.`);
    return false;
  }
  try {
    kept[key] = readers[key](value);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.push(`${key} is left out: ${error.message}.`);
    return false;
  }
}

function readChannels(given, findings) {
  if (given === null || given === undefined) return {};
  if (!isObject(given)) {
    findings.push("channels is not an object; it is left out.");
    return {};
  }
  const channels = {};
  for (const [name, wishes] of Object.entries(given)) {
    if (!INDEX.test(name) || Number(name) >= MOST_CHANNELS) findings.push(`There is no channel ${name.slice(0, 40)}.`);
    else if (!isObject(wishes)) findings.push(`The wishes for channel ${name} are not an object.`);
    else {
      const kept = { color: null, limits: null, gamma: null, visible: null };
      let some = false;
      for (const [key, value] of Object.entries(wishes))
        if (value !== null && value !== undefined) some = keep(kept, key, value, CHANNEL_READERS, findings) || some;
      if (some) channels[name] = kept;
    }
  }
  return channels;
}

function readChannelText(text, channels, findings) {
  const [name, ...tokens] = text.split(",");
  if (!INDEX.test(name) || Number(name) >= MOST_CHANNELS) {
    findings.push(`There is no channel ${name.slice(0, 40)}.`);
    return;
  }
  const wishes = (channels[name] ??= {});
  for (const token of tokens) {
    if (SWITCHES.has(token)) wishes.visible = SWITCHES.get(token);
    else if (/^[0-9A-Fa-f]{6}$/.test(token)) wishes.color = `#${token}`;
    else if (token.includes("..")) wishes.limits = token.split("..").map(numberOf);
    else if (token.startsWith("g")) wishes.gamma = numberOf(token.slice(1));
    else findings.push(`Channel ${name} has a part that says nothing: ${token.slice(0, 40)}.`);
  }
}

/** The number that a text writes; another text as it came, to be refused. */
function numberOf(text) {
  return text.length <= 40 && NUMBER.test(text) ? Number(text) : text;
}

const READERS = {
  v: (value) => {
    if (number(value) !== 1) throw new Refused("a version that is not known");
    return 1;
  },
  t: index,
  z: (value) => {
    if (typeof value !== "string") return index(value);
    const match = PROJECTION.exec(value);
    if (!match) throw new Refused("neither a slice nor a projection");
    const [first, last] = [Number(match[1] ?? 0), Number(match[2] ?? 0)];
    if (first > last || last > GREATEST_INDEX) throw new Refused("a range that ends before it begins");
    return value;
  },
  mode: oneOf("composite", "grey"),
  view: (value) => {
    const [x, y, w, h] = numbers(value, 4);
    const fine = w > 0 && w <= GREATEST_INDEX && h > 0 && h <= GREATEST_INDEX;
    if (!fine || Math.max(Math.abs(x), Math.abs(y)) > GREATEST_INDEX) throw new Refused("not a view");
    return [x, y, w, h];
  },
  auto: oneOf("once", "plane"),
  lock: flag,
  fps: between(1, 60),
  play: oneOf("loop", "bounce", "once"),
  bar: flag,
};

const CHANNEL_READERS = {
  color: (value) => {
    const known = typeof value === "string" && value.startsWith("#") ? hexColor(value) : null;
    if (!known) throw new Refused("not a colour such as #00FFFF");
    return known;
  },
  limits: (value) => {
    const [low, high] = numbers(value, 2);
    if (low >= high) throw new Refused("limits that do not rise");
    return [low, high];
  },
  gamma: between(0.1, 10),
  visible: flag,
};

const same = (text) => text;
const switchOf = (text) => SWITCHES.get(text) ?? text;
const positionOf = (text) => (INDEX.test(text) ? Number(text) : text);
const TEXT_READERS = {
  v: numberOf,
  t: positionOf,
  z: positionOf,
  mode: same,
  view: (text) => text.split(",").map(numberOf),
  auto: same,
  lock: switchOf,
  fps: numberOf,
  play: same,
  bar: switchOf,
};

function number(value) {
  if (typeof value !== "number" || !(Math.abs(value) <= GREATEST_NUMBER)) throw new Refused("not a number that can be used");
  return value === 0 ? 0 : value;
}

function numbers(value, count) {
  if (!Array.isArray(value) || value.length !== count) throw new Refused(`not ${count} numbers`);
  return value.map(number);
}

function index(value) {
  const position = number(value);
  if (!Number.isInteger(position) || position < 0 || position > GREATEST_INDEX) throw new Refused("not a position");
  return position;
}

function between(low, high) {
  return (value) => {
    const found = number(value);
    if (found < low || found > high) throw new Refused(`not between ${low} and ${high}`);
    return found;
  };
}

function oneOf(...words) {
  return (value) => {
    if (!words.includes(value)) throw new Refused(`none of ${words.join(", ")}`);
    return value;
  };
}

function flag(value) {
  if (typeof value !== "boolean") throw new Refused("neither true nor false");
  return value;
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
