// The searches made before, which only the browser knows.

import assert from "node:assert/strict"
import {test} from "node:test"

import {searchedBefore, withSearch} from "../../micrographia/look/suggestions.js"

test("a search is kept once, the newest first, and only so many", () => {
  assert.deepEqual(withSearch(["yeast", "actin"], " Actin "), ["Actin", "yeast"])
  assert.deepEqual(withSearch(["yeast"], "a"), ["yeast"])
  const many = Array.from({length: 30}, (_, i) => `search ${i}`).reduce(withSearch, /** @type {string[]} */ ([]))
  assert.equal(many.length, 8)
  assert.equal(many[0], "search 29")
  assert.equal(withSearch([], "x".repeat(5000))[0].length, 200)
})

test("an empty box offers what was searched before, and to forget it", () => {
  const offered = searchedBefore(["yeast", "actin"], "")
  assert.deepEqual(offered.map(({kind, label}) => [kind, label]), [
    ["before", "yeast"], ["before", "actin"], ["clear", "Forget these searches"],
  ])
  assert.deepEqual(searchedBefore([], ""), [])
})

test("while one types, only what it may become is offered", () => {
  assert.deepEqual(searchedBefore(["yeast buds", "actin", "yeast"], "Yeast").map(({value}) => value), ["yeast buds"])
  assert.deepEqual(searchedBefore(["actin"], "yeast"), [])
})
