// What the Explore page decides without a document: which answers are late, and when a visitor has settled.

import assert from "node:assert/strict"
import {beforeEach, test} from "node:test"

import {listing, shifted, ticked} from "../../micrographia/widgets/js/columns.js"
import {remembered, settled} from "../../micrographia/widgets/js/dom.js"
import {isCurrent, question} from "../../micrographia/widgets/js/place.js"
import {saying} from "../../micrographia/widgets/js/range.js"

beforeEach(() => {
  const page = new EventTarget()
  globalThis.document = Object.assign(page, {documentElement: {dataset: {}}})
})

test("an answer to an older question is late, one without a question never", () => {
  const first = question({do: "text", text: "m"})
  const second = question({do: "text", text: "mi"})
  assert.ok(second.asked > first.asked)
  assert.equal(isCurrent({asked: first.asked}), false)
  assert.equal(isCurrent({asked: second.asked}), true)
  assert.equal(isCurrent({}), true)
})

test("a visitor has settled when nothing more comes", async () => {
  const seen = []
  const later = settled((value) => seen.push(value), 20)
  later(1)
  later(2)
  await new Promise((resolve) => setTimeout(resolve, 60))
  later(3)
  later.cancel()
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.deepEqual(seen, [2])
})

test("a browser that may not remember gives the fallback", () => {
  globalThis.localStorage = {getItem: () => { throw new Error("forbidden") }}
  assert.equal(remembered("width", 5), 5)
})

test("what a browser remembers is of the kind that was asked for, or the fallback", () => {
  const kept = (/** @type {string|null} */ text, /** @type {any} */ fallback) => {
    globalThis.localStorage = {getItem: () => text}
    return remembered("x", fallback)
  }
  assert.deepEqual(kept('{"organism": true}', {}), {organism: true})
  assert.equal(kept("300", 0), 300)
  for (const text of [null, "null", "{", '"x"', "7", "true", "[1]"]) assert.deepEqual(kept(text, {}), {})
  for (const text of ['"x"', "{}", "[]", "true"]) assert.equal(kept(text, 0), 0)
  for (const text of ['"x"', "{}", "7"]) assert.deepEqual(kept(text, []), [])
})

test("a column that is ticked comes last, and goes when it is ticked again", () => {
  assert.deepEqual(ticked(["organism"], "year"), ["organism", "year"])
  assert.deepEqual(ticked(["organism", "year"], "organism"), ["year"])
})

test("a column is moved to the left and the right, as far as there are places", () => {
  const shown = ["organism", "year", "licence"]
  assert.deepEqual(shifted(shown, "year", -1), ["year", "organism", "licence"])
  assert.deepEqual(shifted(shown, "year", 1), ["organism", "licence", "year"])
  assert.equal(shifted(shown, "organism", -1), shown)
  assert.equal(shifted(shown, "licence", 1), shown)
  assert.equal(shifted(shown, "disease", -1), shown)
})

test("the columns of the table are listed first, in its order", () => {
  const offered = ["organism", "disease", "year"].map((name) => ({name, label: name}))
  assert.deepEqual(listing(["year", "organism"], offered), ["year", "organism", "disease"])
  assert.deepEqual(listing([], offered), ["organism", "disease", "year"])
})

test("a bar of a histogram says what it stands for", () => {
  assert.equal(saying({low: 0.1, high: 0.2, count: 1214}), "0.1 to 0.2: 1,214 images")
  assert.equal(saying({low: 2012, high: 2012, count: 1}), "2012: 1 image")
})
