// Searches kept in a browser: what of an address is the search, and a list that stays in order whatever was stored.

import assert from "node:assert/strict"
import {test} from "node:test"

import {LIMIT, nameOf, renamed, searchOf, understood, withSearch} from "../../micrographia/widgets/js/saved.js"

const yeast = {name: "Yeast", search: "?q=yeast"}
const human = {name: "Human", search: "?organism=Homo+sapiens"}

test("a search is the address without the image and the page", () => {
  assert.equal(searchOf("?q=yeast&image=a:1&page=4&as=table&columns=year"), "?q=yeast&as=table&columns=year")
  assert.equal(searchOf("?image=a:1"), "")
  assert.equal(searchOf("?organism=Homo+sapiens&organism=Mus+musculus"), "?organism=Homo+sapiens&organism=Mus+musculus")
})

test("whatever a browser kept is understood or left out", () => {
  for (const kept of [null, "x", 5, {}, [null, 5, "x", {}, {name: "", search: ""}, {name: 5, search: "?"}, {name: "x".repeat(999), search: "?"}], [{name: "x", search: "javascript:x"}, {name: " ", search: "?"}]]) {
    assert.deepEqual(understood(kept), [])
  }
  assert.deepEqual(understood([yeast, {...human, more: 1}]), [yeast, human])
  assert.equal(understood(Array(500).fill(yeast)).length, LIMIT)
})

test("the newest comes first, and the same search is kept once", () => {
  assert.deepEqual(withSearch([yeast, human], {name: "People", search: human.search}), [{name: "People", search: human.search}, yeast])
  const full = Array.from({length: LIMIT}, (_, at) => ({name: "n", search: `?q=${at}`}))
  assert.equal(withSearch(full, yeast).length, LIMIT)
})

test("a search is renamed, and not to nothing", () => {
  assert.deepEqual(renamed([yeast, human], yeast.search, "  Budding\n yeast "), [{...yeast, name: "Budding yeast"}, human])
  assert.deepEqual(renamed([yeast], yeast.search, "  "), [yeast])
})

test("a search without a name is called by what it finds, not how many", () => {
  assert.equal(nameOf("1,214 time series of Mus musculus"), "Time series of Mus musculus")
  assert.equal(nameOf("1 image for “x”"), "Image for “x”")
})
