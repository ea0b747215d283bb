// How the film of a card runs, and how its frames lie on the picture.

import assert from "node:assert/strict"
import {test} from "node:test"

import {covering, frameAt} from "../../micrographia/look/films.js"

test("a film begins with what the still picture shows", () => {
  const seen = (frames, axis) => Array.from({length: 2 * frames}, (_, step) => frameAt(step, frames, axis))
  assert.deepEqual(seen(3, "t"), [0, 1, 2, 0, 1, 2])
  assert.deepEqual(seen(5, "z"), [2, 3, 4, 3, 2, 1, 0, 1, 2, 3])
  assert.deepEqual(seen(2, "z"), [1, 0, 1, 0])
})

test("each frame covers the square as the still picture does, whatever its shape", () => {
  for (const aspect of [0.5, 0.75, 1, 4 / 3, 3])
    for (const frames of [2, 5, 16])
      for (let at = 0; at < frames; at++) {
        const {width, height, left} = covering(at, frames, aspect)
        // Of a square that is 100 wide: what CSS makes of a position in percent.
        const edge = ((100 - width) * left) / 100
        const [middle, each] = [edge + (at + 0.5) * (width / frames), width / frames]
        assert.ok(Math.abs(middle - 50) < 1e-6)
        assert.ok(Math.abs(each / height - aspect) < 1e-6)
        assert.ok(each >= 100 - 1e-6 && height >= 100 - 1e-6 && Math.min(each, height) < 100 + 1e-6)
      }
})
