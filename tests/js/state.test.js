import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { labelColor } from "../../micrographia/player/colors.js";
import { mergedQuery, numberText, readAddress, readJson, resolve, toUrl } from "../../micrographia/player/state.js";

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
