import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { labelColor } from "../../micrographia/player/colors.js";
import { clamped, emptyState, fitted, mergedQuery, numberText, possibleLimits, readAddress, readJson, resolve, toUrl } from "../../micrographia/player/state.js";

const cases = JSON.parse(readFileSync(new URL("../display_cases.json", import.meta.url), "utf8"));

for (const one of cases.url)
  test(`address: ${one.name}`, () => {
    const { state, findings } = readAddress(one.url);
    assert.deepEqual(state, one.state);
    assert.equal(toUrl(state), one.written);
    assert.equal(findings.length, one.findings);
    assert.deepEqual(readAddress(toUrl(state)).state, state);
  });

for (const one of cases.json)
  test(`JSON: ${one.name}`, () => {
    const { state, findings } = readJson(one.json);
    assert.deepEqual(state, one.state);
    assert.equal(toUrl(state), one.written);
    assert.equal(findings.length, one.findings);
  });

for (const one of cases.resolve)
  test(`resolve: ${one.name}`, () => {
    assert.deepEqual(resolve(one.state, cases.facts[one.facts]), one.resolved);
  });

test("numbers are written as the server writes them", () => {
  for (const [number, text] of cases.numbers) assert.equal(numberText(number), text);
});

test("label colours are the server's", () => {
  for (const [label, color] of cases.label_colours) assert.deepEqual(labelColor(label), color);
});

test("an address keeps what is not the player's", () => {
  const { state } = readAddress("t=2&mode=grey");
  assert.equal(mergedQuery("?q=mitosis&organism=Homo+sapiens&t=9&organism=Mus", state), "q=mitosis&organism=Homo+sapiens&organism=Mus&t=2&mode=grey");
});

test("limits are moved into the range of the samples, and rise", () => {
  const bytes = [0, 255];
  for (const [given, kept] of [
    [[3, 78], [3, 78]], [[500, 501], [254, 255]], [[-9, -5], [0, 1]], [[100, 900], [100, 255]], [[10.2, 10.7], [10.2, 10.7]],
  ])
    assert.deepEqual(clamped(given, bytes, "uint8"), kept);
  assert.deepEqual(clamped([-500, 1e9], [0, 1], "float32"), [-500, 1e9]);
});

test("a state is fitted to its image, and what was changed is said", () => {
  const manifest = { sizes: { t: 1, c: 2, z: 3, y: 9, x: 9 }, dtype: "uint8", channels: [{ name: "DNA", limits: [3, 78] }, {}] };
  const { state } = readAddress("ch=0,500..501&ch=1,100..500&z=1");
  const known = fitted(state, manifest);
  assert.equal(toUrl(known.state), "z=1&ch=1,100..255");
  assert.deepEqual(known.findings, [
    "DNA: 500 to 501 is outside 0 to 255; shown with its own limits.",
    "Channel 2: 100 to 500 is outside 0 to 255; shown with 100 to 255.",
  ]);
  assert.deepEqual(resolve(known.state, manifest), resolve(state, manifest));
  assert.deepEqual(fitted(emptyState(), manifest), { state: emptyState(), findings: [] });
  assert.deepEqual(possibleLimits(manifest, "sum:0-1"), [0, 510]);
});
