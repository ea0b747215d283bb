// The tray as a list of ids: what a button does to it, what a browser kept, and its address.

import assert from "node:assert/strict"
import {test} from "node:test"

import {LIMIT, toggled, trayAddress, understood} from "../../micrographia/look/tray.js"

test("a button puts an image at the end, and takes it out again", () => {
  assert.deepEqual(toggled(["a"], "b"), ["a", "b"])
  assert.deepEqual(toggled(["a", "b", "c"], "b"), ["a", "c"])
})

test("a full tray takes no more, and still gives back", () => {
  const full = Array.from({length: LIMIT}, (_, i) => `id-${i}`)
  assert.equal(toggled(full, "more"), full)
  assert.equal(toggled(full, "id-0").length, LIMIT - 1)
})

test("whatever a browser kept is read as ids, each once and not too many", () => {
  assert.deepEqual(understood(null), [])
  assert.deepEqual(understood("{"), [])
  assert.deepEqual(understood('{"a": 1}'), [])
  assert.deepEqual(understood(JSON.stringify(["a", 1, null, "", "a", "b", "x".repeat(9999)])), ["a", "b"])
  assert.equal(understood(JSON.stringify(Array.from({length: 9999}, (_, i) => `${i}`))).length, LIMIT)
})

test("the address has every id, and can be read by people", () => {
  assert.equal(trayAddress("/tray", []), "/tray")
  assert.equal(trayAddress("/cells/tray", ["CIL:7", "a b&c"]), "/cells/tray?id=CIL:7&id=a%20b%26c")
})
