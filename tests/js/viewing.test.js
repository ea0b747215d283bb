import assert from "node:assert/strict";
import { test } from "node:test";

import { placeText, widestCaption } from "../../micrographia/player/captions.js";
import { Clock, following, upcoming } from "../../micrographia/player/clock.js";
import { domainOf, heights, histogramOf } from "../../micrographia/player/histograms.js";
import { positionText, sampleText, timeText } from "../../micrographia/player/readout.js";
import { scaleBar } from "../../micrographia/player/scalebar.js";
import { bounded, fit, imagePoint, isFitted, levelFor, panned, show, shown, tileRect, tilesIn, zoomed } from "../../micrographia/player/viewport.js";

const image = { x: 2000, y: 1000 };
const stage = { x: 800, y: 600 };

test("zooming leaves the point under the pointer where it is", () => {
  const point = { x: 300, y: 250 };
  const before = zoomed(fit(image, stage), 4, { x: 400, y: 300 }, image, stage);
  const after = zoomed(before, 1.7, point, image, stage);
  const [a, b] = [before, after].map((viewport) => imagePoint(viewport, point, stage));
  assert.ok(Math.hypot(a.x - b.x, a.y - b.y) < 1e-6);
});

test("the picture never leaves the stage", () => {
  const far = panned(zoomed(fit(image, stage), 8, { x: 0, y: 0 }, image, stage), -1e6, -1e6, image, stage);
  const [x, y, w, h] = shown(far, stage);
  assert.ok(Math.abs(x + w - image.x) < 1e-6 && Math.abs(y + h - image.y) < 1e-6);
  assert.deepEqual(bounded(far, image, stage), far);
});

test("a view is restored as it was", () => {
  const viewport = zoomed(fit(image, stage), 5, { x: 100, y: 100 }, image, stage);
  const again = show(shown(viewport, stage), image, stage);
  assert.ok(Math.abs(again.scale - viewport.scale) < 1e-9 && Math.abs(again.cx - viewport.cx) < 1e-9);
  assert.ok(isFitted(fit(image, stage), image, stage));
});

test("the level follows the zoom", () => {
  const levels = [8192, 4096, 2048, 1024].map((edge) => ({ x: edge, y: edge, tile: 512, rows: edge / 512, cols: edge / 512 }));
  assert.deepEqual([4, 1, 0.5, 0.25, 0.01].map((density) => levelFor(levels, density)), [0, 0, 1, 2, 3]);
  const tiles = tilesIn(levels, 0, [500, 0, 600, 512]);
  assert.deepEqual(tiles.map(({ row, col }) => [row, col]).sort(), [[0, 0], [0, 1], [0, 2]]);
  assert.deepEqual([tiles[0].row, tiles[0].col], [0, 1]);
  assert.deepEqual(tileRect({ y: 700, x: 900, tile: 512, rows: 2, cols: 2 }, 1, 1), { x: 512, y: 512, w: 388, h: 188 });
});

test("scale bars are round, fit, and need a pixel size", () => {
  for (const um of [0.005, 0.065, 0.108, 1.3, 12])
    for (const scale of [0.01, 0.3, 1, 7.7]) {
      const bar = scaleBar(um, scale, 160);
      assert.ok(bar.px <= 160.001 && bar.px > 160 / 2.6, `${bar.px}`);
      assert.ok(/^[125]0*$/.test(String(Number((bar.um / 10 ** Math.floor(Math.log10(bar.um) + 1e-9)).toFixed(6)))));
    }
  assert.equal(scaleBar(null, 1), null);
  assert.equal(scaleBar(0.1, 1).label, "10\u2009µm");
  assert.equal(scaleBar(0.001, 1).label, "100\u2009nm");
});

test("times, positions and samples are said as people say them", () => {
  assert.equal(timeText(3, 40, 15), "45\u2009s");
  assert.equal(timeText(6, 40, 15), "1\u2009min 30\u2009s");
  assert.equal(timeText(8, 40, 15), "2\u2009min");
  assert.equal(timeText(0, 200, 3600), "0:00:00");
  assert.equal(timeText(3, 40, null), "frame 4 of 40");
  assert.equal(timeText(2, 5, 0.5), "1.00\u2009s");
  assert.equal(timeText(100, 200, 3600), "100:00:00");
  assert.equal(positionText(10, 20, { x: 0.1, y: 0.1 }), "x 10, y 20 px · 1.00, 2.00\u2009µm");
  assert.equal(positionText(10, 20, { x: null, y: null }), "x 10, y 20 px");
  assert.equal(sampleText(0.123456789), "0.12346");
});

test("frames follow each other as the way says", () => {
  assert.deepEqual(following(4, 5, "loop", 1), { at: 0, direction: 1 });
  assert.deepEqual(following(4, 5, "bounce", 1), { at: 3, direction: -1 });
  assert.equal(following(4, 5, "once", 1), null);
  assert.deepEqual(upcoming(3, 5, "bounce", 1, 20), [4, 2, 1, 0]);
  assert.deepEqual(upcoming(3, 5, "loop", 1, 3), [4, 0, 1]);
});

test("the clock skips no frame, waits for data and ends", () => {
  const seen = [];
  const ready = new Set([1, 2]);
  const state = { t: 0, z: 0, sizes: { t: 4, z: 1 }, fps: 10, play: "once" };
  const queue = [];
  const clock = new Clock({
    onFrame: (axis, at) => {
      seen.push(at);
      state[axis] = at;
    },
    isReady: (axis, at) => ready.has(at),
    onChange: () => {},
    facts: () => state,
    request: (callback) => queue.push(callback),
    cancel: () => {},
  });
  clock.start("t");
  let now = 0;
  const run = (ms) => {
    for (const end = now + ms; now < end; now += 16) queue.shift()?.(now);
  };
  run(1000);
  assert.deepEqual(seen, [1, 2]);
  ready.add(3);
  run(1000);
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(clock.axis, null);
});

test("automatic limits leave out the rarest samples", () => {
  const data = Uint16Array.from({ length: 100_000 }, (_, i) => (i < 10 ? 60_000 : 1000 + (i % 1000)));
  const { auto, min, max, counts } = histogramOf({ data, bias: 0 });
  assert.deepEqual([min, max], [1000, 60_000]);
  assert.ok(auto[0] >= 1000 && auto[1] < 2100);
  assert.equal(counts.reduce((sum, n) => sum + n, 0), data.length);
  assert.equal(histogramOf({ data: Float32Array.of(NaN), bias: 0 }), null);
});

test("a histogram is drawn over what its plane holds and the limits", () => {
  const histogram = histogramOf({ data: Uint8Array.of(10, 20, 30), bias: 0 });
  const domain = domainOf(histogram, [0, 200], [0, 255]);
  assert.ok(domain[0] === 0 && domain[1] >= 200 && domain[1] <= 255);
  const high = heights(histogram, domain, 64);
  assert.ok(high.every((part) => part >= 0 && part <= 1) && Math.max(...high) === 1);
});

test("a file is named as the screen counts", () => {
  const manifest = { sizes: { t: 9, z: 7 } };
  assert.equal(placeText(manifest, { t: 0, z: 3 }), "t1 z4");
  assert.equal(placeText(manifest, { t: 2, z: "max:2-4" }), "t3 max of 3 to 5");
  assert.equal(placeText({ sizes: { t: 1, z: 1 } }, { t: 0, z: 0 }), "");
});

test("sliders leave room for the longest number and the longest unit of all", () => {
  const manifest = { sizes: { t: 120, z: 9 }, frame_interval_s: 60, pixel_size_um: { z: 0.6 } };
  assert.deepEqual(widestCaption(manifest), { digits: 3, unit: "1:59:00".length });
  assert.deepEqual(widestCaption({ sizes: { t: 1, z: 4 } }), { digits: 1, unit: 0 });
});
