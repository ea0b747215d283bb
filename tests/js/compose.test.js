import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { compose, composeColour, composeLabels } from "../../micrographia/player/compose.js";
import { grid, sample } from "../../micrographia/player/sampling.js";

const cases = JSON.parse(readFileSync(new URL("../display_cases.json", import.meta.url), "utf8"));

/** Samples in the type in which the player holds them. */
function typed(flat) {
  if (flat.some((v) => !Number.isInteger(v))) return { data: Float32Array.from(flat), bias: 0 };
  if (flat.some((v) => v < 0)) return { data: Uint16Array.from(flat, (v) => v + 32768), bias: 32768 };
  if (flat.every((v) => v < 256)) return { data: Uint8Array.from(flat), bias: 0 };
  return { data: Uint16Array.from(flat), bias: 0 };
}

function picture({ planes, resolved }, height, width) {
  const out = new Uint32Array(height * width);
  if (resolved.colour) {
    const { limits, gamma } = resolved.channels[0];
    composeColour({ ...typed(planes.rgb.flat(2)), window: null, limits, gamma }, out);
  } else if (resolved.labels) composeLabels(resolved.shown.map((index) => typed(planes[index].flat())), out);
  else {
    const layers = resolved.shown.map((index) => {
      const { limits, gamma, color } = resolved.channels[index];
      return { ...typed(planes[index].flat()), window: null, limits, gamma, color: resolved.mode === "grey" ? "#FFFFFF" : color };
    });
    compose(layers, out);
  }
  return Array.from(out, (v) => [v & 255, (v >> 8) & 255, (v >> 16) & 255]);
}

for (const one of cases.compose)
  test(`compose: ${one.name}`, () => {
    const wanted = one.picture.flat();
    const found = picture(one, one.picture.length, one.picture[0].length);
    found.forEach((pixel, i) =>
      pixel.forEach((byte, c) => assert.ok(Math.abs(byte - wanted[i][c]) <= 1, `pixel ${i}: ${pixel} is not ${wanted[i]}`)),
    );
  });

test("any number of channels adds up as three do", () => {
  const layer = (color) => ({ data: Uint8Array.of(100, 200), bias: 0, window: null, limits: [0, 255], gamma: 1, color });
  const five = compose(["#330000", "#003300", "#000033", "#330000", "#003300"].map(layer), new Uint32Array(2));
  const three = compose(["#660000", "#006600", "#000033"].map(layer), new Uint32Array(2));
  assert.deepEqual([...five].map((v) => v >>> 0), [...three].map((v) => v >>> 0));
});

test("a preview in its window shows what the exact samples show", () => {
  const look = { limits: [500, 1500], gamma: 1, color: "#FFFFFF", bias: 0 };
  const exact = compose([{ ...look, data: Uint16Array.of(500, 1000, 1500), window: null }], new Uint32Array(3));
  const preview = compose([{ ...look, data: Uint8Array.of(0, 128, 255), window: [500, 1500] }], new Uint32Array(3));
  exact.forEach((pixel, i) => assert.ok(Math.abs((pixel & 255) - (preview[i] & 255)) <= 1));
});

test("no more is sampled than the screen can show", () => {
  const onto = grid({ x: 0, y: 0, w: 4096, h: 2048 }, 800, 400);
  assert.deepEqual(onto, { w: 800, h: 400, taps: 4 });
  assert.deepEqual(grid({ x: 0, y: 0, w: 100, h: 50 }, 800, 400), { w: 100, h: 50, taps: 1 });
});

test("sampling averages down, and labels never", () => {
  const plane = { data: Uint16Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150), x: 4, y: 4, samples: 1 };
  const all = { x: 0, y: 0, w: 4, h: 4 };
  assert.deepEqual([...sample(plane, all, { w: 2, h: 2, taps: 2 })], [25, 45, 105, 125]);
  assert.ok([...sample(plane, all, { w: 2, h: 2, taps: 2 }, true)].every((v) => plane.data.includes(v)));
  assert.deepEqual([...sample(plane, { x: 1, y: 2, w: 2, h: 1 }, { w: 2, h: 1, taps: 1 })], [90, 100]);
  assert.equal(sample(plane, all, { w: 4, h: 4, taps: 1 }), plane.data);
});

test("colour is averaged sample by sample", () => {
  const data = Uint8Array.of(10, 0, 100, 20, 0, 100, 30, 0, 100, 40, 0, 100);
  const plane = { data, x: 2, y: 2, samples: 3 };
  assert.deepEqual([...sample(plane, { x: 0, y: 0, w: 2, h: 2 }, { w: 1, h: 1, taps: 2 })], [25, 0, 100]);
});
