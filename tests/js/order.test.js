// The order of the facets as a visitor arranges it.

import assert from "node:assert/strict"
import {test} from "node:test"

import {USUAL, arranged, arrangement, moved, pinned} from "../../micrographia/widgets/js/order.js"

const facets = (...names) => names.map((field) => ({field}))
const fields = (list) => list.map((facet) => facet.field).join("")
const ALL = facets(..."abcde")

test("without an arrangement the order is the page's", () => {
  assert.equal(fields(arranged(ALL, USUAL)), "abcde")
})

test("what is pinned comes first, in the order of pinning, and goes back where it was", () => {
  let kept = pinned(pinned(USUAL, "d"), "b")
  assert.equal(fields(arranged(ALL, kept)), "dbace")
  kept = pinned(kept, "d")
  assert.equal(fields(arranged(ALL, kept)), "bacde")
  assert.deepEqual(pinned(kept, "b"), USUAL)
})

test("a facet is moved among its own kind and stays there", () => {
  let kept = moved(USUAL, [..."abcde"], "d", 1)
  assert.equal(fields(arranged(ALL, kept)), "adbce")
  kept = moved(kept, [..."adbce"], "a", 99)
  assert.equal(fields(arranged(ALL, kept)), "dbcea")
  kept = pinned(pinned(kept, "c"), "e")
  assert.equal(fields(arranged(ALL, kept)), "cedba")
  kept = moved(kept, [..."cedba"], "e", -5)
  assert.equal(fields(arranged(ALL, kept)), "ecdba")
  assert.equal(fields(arranged(ALL, moved(kept, [..."ecdba"], "a", 0))), "ecadb")
})

test("facets that come and go keep their places", () => {
  const kept = moved(USUAL, [..."abcde"], "e", 0)
  assert.equal(fields(arranged(facets(..."ace"), kept)), "eac")
  assert.equal(fields(arranged(facets(..."abxcde"), kept)), "eabxcd")
  const narrower = moved(kept, [..."eac"], "c", 1)
  assert.equal(new Set(fields(arranged(ALL, narrower))).size, 5)
})

test("whatever a browser has kept becomes an arrangement", () => {
  for (const kept of [null, 5, "x", [], {}, {pinned: "a", order: 7}, {pinned: [1, null, "a", "a"]}]) {
    const found = arrangement(kept)
    assert.equal(arranged(ALL, found).length, 5)
    assert.ok(found.pinned.every((name) => typeof name === "string"))
  }
})
