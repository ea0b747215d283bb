import assert from "node:assert/strict";
import { test } from "node:test";

import { PlaneCache } from "../../micrographia/player/cache.js";
import { Loader, planeKey } from "../../micrographia/player/loader.js";
import { isBuffered, plan } from "../../micrographia/player/planner.js";
import { emptyState, resolve } from "../../micrographia/player/state.js";
import { fit } from "../../micrographia/player/viewport.js";

const plane = (bytes, quality = "exact", window = null) => ({ data: new Uint8Array(bytes), quality, window });
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("the cache stays within its bytes, and forgets what was used longest ago", () => {
  const cache = new PlaneCache(100);
  cache.set("a", plane(40));
  cache.set("b", plane(40));
  cache.get("a");
  cache.set("c", plane(40));
  assert.ok(cache.bytes <= 100);
  assert.deepEqual(["a", "b", "c"].map((key) => cache.has(key)), [true, false, true]);
  cache.clear();
  assert.equal(cache.bytes, 0);
});

/** A transport whose answers come when the test says so. */
function slow() {
  const asked = [];
  const planes = (wish, signal) =>
    new Promise((resolve, reject) => {
      asked.push({ wish, signal, resolve: () => resolve({ planes: new Map(wish.channels.map((c) => [c, plane(4, wish.quality)])) }), reject });
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
  return { asked, planes };
}

const wish = (z, more = {}) => ({ level: 0, t: 0, z: String(z), row: 0, col: 0, channels: [0], quality: "exact", windows: null, urgent: true, ...more });

function loaderWith(transport) {
  const seen = { arrived: [], failed: [] };
  const loader = new Loader({
    transport, cache: new PlaneCache(1e6), prefix: "p|",
    onArrive: (one) => seen.arrived.push(one.z),
    onError: (error, one) => seen.failed.push(one.z),
  });
  return { loader, seen };
}

test("what is no longer wanted is aborted, what is on its way is not asked twice", async () => {
  const transport = slow();
  const { loader, seen } = loaderWith(transport);
  loader.want([wish(1), wish(2)]);
  loader.want([wish(2), wish(3)]);
  assert.deepEqual(transport.asked.map(({ wish }) => wish.z), ["1", "2", "3"]);
  assert.deepEqual(transport.asked.map(({ signal }) => signal.aborted), [true, false, false]);
  transport.asked[1].resolve();
  await turn();
  assert.deepEqual(seen.arrived, ["2"]);
  assert.ok(loader.cache.has("p|" + planeKey(wish(2), 0, "exact")));
});

test("a request for more channels covers one for fewer", () => {
  const transport = slow();
  const { loader } = loaderWith(transport);
  loader.want([wish(1, { channels: [0, 1, 2] })]);
  loader.want([wish(1, { channels: [0, 2] })]);
  assert.equal(transport.asked.length, 1);
});

test("a failure is told once, and tried again only when asked to", async () => {
  const transport = slow();
  const { loader, seen } = loaderWith(transport);
  loader.want([wish(1)]);
  transport.asked[0].reject(new Error("no"));
  await turn();
  loader.want([wish(1)]);
  assert.deepEqual(seen.failed, ["1"]);
  assert.equal(transport.asked.length, 1);
  loader.retry();
  loader.want([wish(1)]);
  assert.equal(transport.asked.length, 2);
});

test("closing aborts everything and nothing arrives after", async () => {
  const transport = slow();
  const { loader, seen } = loaderWith(transport);
  loader.want([wish(1), wish(2)]);
  loader.close();
  transport.asked[0].resolve();
  await turn();
  assert.ok(transport.asked.every(({ signal }) => signal.aborted));
  assert.deepEqual(seen.arrived, []);
});

const stack = {
  sizes: { t: 1, c: 3, z: 9, y: 1024, x: 1024 }, dtype: "uint16", colour: false, labels: false, channels: [],
  levels: [{ y: 1024, x: 1024, tile: 1024, rows: 1, cols: 1 }],
};
const pyramid = {
  sizes: { t: 1, c: 1, z: 1, y: 8192, x: 8192 }, dtype: "uint8", colour: false, labels: false, channels: [],
  levels: [
    { y: 8192, x: 8192, tile: 512, rows: 16, cols: 16 },
    { y: 4096, x: 4096, tile: 512, rows: 8, cols: 8 },
    { y: 2048, x: 2048, tile: 2048, rows: 1, cols: 1 },
  ],
};

function sceneOf(manifest, state = {}, viewport = null) {
  const shown = resolve({ ...emptyState(), ...state }, manifest);
  const stage = { x: 800, y: 600 };
  const limits = shown.shown.map((index) => shown.channels[index].limits);
  return { manifest, shown, stage, ratio: 1, viewport: viewport ?? fit(manifest.sizes, stage), channels: shown.shown, limits, windows: limits };
}

const still = { settled: true, adjusting: false, playing: null, axis: "z", direction: 1 };
const fill = (cache, scene, z, quality) => scene.channels.forEach((c) => cache.set("p|" + planeKey({ level: 0, t: 0, z, row: 0, col: 0 }, c, quality), plane(4, quality)));

test("while moving only a preview is asked for; exact and neighbours come at rest", () => {
  const cache = new PlaneCache(1e9);
  const scene = sceneOf(stack);
  const moving = plan(scene, { ...still, settled: false }, cache, "p|");
  assert.deepEqual(moving.map(({ z, quality }) => [z, quality]), [["4", "preview"]]);
  const resting = plan(scene, still, cache, "p|");
  assert.deepEqual(resting.slice(0, 2).map(({ z, quality, urgent }) => [z, quality, urgent]), [["4", "preview", true], ["4", "exact", true]]);
  assert.equal(resting[2].z, "5");
  assert.ok(resting.slice(2).every(({ urgent }) => !urgent));
});

test("whoever asks for little data gets the plane that is seen, and none beside it", () => {
  const resting = plan(sceneOf(stack), { ...still, saving: true }, new PlaneCache(1e9), "p|");
  assert.deepEqual(resting.map(({ z, quality }) => [z, quality]), [["4", "preview"], ["4", "exact"]]);
});

test("a plane seen before costs no fetch", () => {
  const cache = new PlaneCache(1e9);
  const scene = sceneOf(stack);
  fill(cache, scene, "4", "exact");
  assert.ok(isBuffered(scene, { t: 0, z: "4" }, cache, "p|"));
  assert.ok(plan(scene, still, cache, "p|").every(({ z }) => z !== "4"));
});

test("only the channel that is missing is asked for", () => {
  const cache = new PlaneCache(1e9);
  const scene = sceneOf(stack);
  fill(cache, { ...scene, channels: [0, 2] }, "4", "exact");
  assert.deepEqual(plan(scene, { ...still, settled: false }, cache, "p|")[0].channels, [1]);
});

test("limits that a preview does not carry ask for a narrower window, but not while they are dragged", () => {
  const cache = new PlaneCache(1e9);
  const scene = { ...sceneOf(stack), limits: [[100, 200], [100, 200], [100, 200]], windows: [[100, 200], [100, 200], [100, 200]] };
  scene.channels.forEach((c) => cache.set("p|" + planeKey({ level: 0, t: 0, z: "4", row: 0, col: 0 }, c, "preview"), plane(4, "preview", [0, 65535])));
  assert.equal(plan(scene, { ...still, settled: false }, cache, "p|")[0].quality, "preview");
  assert.equal(plan(scene, { ...still, settled: false, adjusting: true }, cache, "p|").length, 0);
});

test("playing fetches twenty frames ahead", () => {
  const long = { ...stack, sizes: { ...stack.sizes, z: 60 } };
  const wishes = plan(sceneOf(long), { ...still, settled: false, playing: "z" }, new PlaneCache(1e9), "p|");
  assert.deepEqual(wishes.slice(1).map(({ z }) => Number(z)), Array.from({ length: 20 }, (_, i) => 31 + i));
});

test("of a large image only the visible tiles of the fitting level are asked for", () => {
  const cache = new PlaneCache(1e9);
  const whole = plan(sceneOf(pyramid), { ...still, settled: false }, cache, "p|");
  assert.deepEqual(whole.map(({ level, row, col }) => [level, row, col]), [[2, 0, 0]]);
  const near = plan(sceneOf(pyramid, {}, { cx: 2048, cy: 2048, scale: 1 }), { ...still, settled: false }, cache, "p|");
  assert.equal(near[0].level, 2);
  const fine = near.slice(1);
  assert.ok(fine.length <= 9 && fine.every(({ level, row, col }) => level === 0 && row >= 3 && row <= 4 && col >= 3 && col <= 4));
});
