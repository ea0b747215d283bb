// Comparing: what moving one image means for another one, and the address that keeps what all of them show.

import assert from "node:assert/strict"
import {test} from "node:test"

import {commonScale, comparedAddress, fitScale, isElsewhere, sameLengths, samePixels} from "../../micrographia/look/compare.js"

const STAGE = {x: 400, y: 300}
const fine = {extent: {x: 1000, y: 600}, stage: STAGE, um: {x: 0.1, y: 0.1}}
const coarse = {extent: {x: 200, y: 200}, stage: STAGE, um: {x: 0.5, y: 0.5}}

test("an image is seen whole as large as its stage allows", () => {
  assert.equal(fitScale(fine), 0.4)
  assert.equal(fitScale(coarse), 1.5)
  assert.equal(fitScale({extent: {x: 100, y: 100, stretch: 2}, stage: STAGE}), 1.5)
})

test("images of one size show the same pixels, also on stages of different sizes", () => {
  const small = {...fine, stage: {x: 200, y: 150}}
  assert.deepEqual(samePixels({cx: 10, cy: 20, scale: 0.8}, fine, small), {cx: 10, cy: 20, scale: 0.4})
})

test("at the same scale a µm is as long in each image, and a place as far from the middle", () => {
  const view = sameLengths({cx: 600, cy: 300, scale: 2}, fine, coarse, {cx: 0, cy: 0, scale: 1})
  assert.deepEqual(view, {cx: 120, cy: 100, scale: 10})
  assert.equal(view.scale / coarse.um.x, 2 / fine.um.x)
})

test("an image that is seen whole does not move the other one", () => {
  const view = sameLengths({cx: 500, cy: 300, scale: 0.4}, fine, coarse, {cx: 33, cy: 44, scale: 9})
  assert.deepEqual(view, {cx: 33, cy: 44, scale: 2})
})

test("the scale at which all are seen whole is that of the largest", () => {
  assert.equal(commonScale([coarse, fine]), 3)
})

test("a change that nobody sees is none, so that two images do not push each other for ever", () => {
  assert.equal(isElsewhere({cx: 1, cy: 1, scale: 1}, {cx: 1.1, cy: 1, scale: 1.00001}), false)
  assert.equal(isElsewhere({cx: 1, cy: 1, scale: 1}, {cx: 3, cy: 1, scale: 1}), true)
  assert.equal(isElsewhere({cx: 1, cy: 1, scale: 1}, {cx: 1, cy: 1, scale: 1.1}), true)
  assert.equal(isElsewhere(null, null), false)
  assert.equal(isElsewhere(null, {cx: 1, cy: 1, scale: 1}), true)
})

test("the address keeps the images, what each shows, and what is linked otherwise", () => {
  const query = comparedAddress("?id=CIL:1&id=b&show=old&turned=t", ["t=2&z=3", ""], ["scale"])
  assert.equal(query, "id=CIL:1&id=b&show=t%3D2%26z%3D3&turned=scale")
  assert.equal(comparedAddress("?id=a&id=b", ["", ""], []), "id=a&id=b")
  assert.deepEqual(new URLSearchParams(comparedAddress("id=a", ["", "z=1"], [])).getAll("show"), ["", "z=1"])
})
