import assert from "node:assert/strict";
import { test } from "node:test";

import { BadContainer, decode, frameOf, parse } from "../../micrographia/player/container.js";

/** A container as the server writes it. */
export function container(header, parts) {
  let offset = 0;
  const told = parts.map(({ bytes, ...part }) => {
    const entry = { ...part, offset, length: bytes.length };
    offset += Math.ceil(bytes.length / 8) * 8;
    return entry;
  });
  let text = JSON.stringify({ ...header, parts: told });
  while ((8 + text.length) % 8) text += " ";
  const buffer = new Uint8Array(8 + text.length + offset);
  buffer.set(new TextEncoder().encode("MGP1"));
  new DataView(buffer.buffer).setUint32(4, text.length, true);
  buffer.set(new TextEncoder().encode(text), 8);
  parts.forEach(({ bytes }, i) => buffer.set(bytes, 8 + text.length + told[i].offset));
  return buffer.buffer;
}

const raw = (array) => new Uint8Array(array.buffer);
const never = () => assert.fail("no picture to unpack");

test("raw channels come as numbers", async () => {
  const header = { y: 1, x: 3, dtype: "uint16", colour: false, quality: "exact" };
  const buffer = container(header, [
    { c: 0, type: "raw", window: null, bytes: raw(Uint16Array.of(1, 2, 65535)) },
    { c: 4, type: "raw", window: null, bytes: raw(Uint16Array.of(7, 8, 9)) },
  ]);
  const { planes } = await decode(buffer, never);
  assert.deepEqual([...planes.keys()], [0, 4]);
  assert.deepEqual([...planes.get(0).data], [1, 2, 65535]);
  assert.equal(planes.get(4).quality, "exact");
});

test("signed samples keep their values through the bias", async () => {
  const header = { y: 1, x: 3, dtype: "int16", colour: false, quality: "exact" };
  const { planes } = await decode(container(header, [{ c: 0, type: "raw", window: null, bytes: raw(Int16Array.of(-32768, -1, 5)) }]), never);
  const plane = planes.get(0);
  assert.deepEqual([...plane.data].map((v) => v - plane.bias), [-32768, -1, 5]);
});

test("previews keep their window and colour its three samples", async () => {
  const unpack = async () => ({ width: 2, height: 1, data: Uint8ClampedArray.of(10, 11, 12, 255, 20, 21, 22, 255) });
  const header = { y: 1, x: 2, dtype: "uint16", colour: false, quality: "preview" };
  const grey = await decode(container(header, [{ c: 0, type: "jpeg", window: [100, 900], bytes: Uint8Array.of(1) }]), unpack);
  assert.deepEqual([...grey.planes.get(0).data], [10, 20]);
  assert.deepEqual(grey.planes.get(0).window, [100, 900]);
  const colour = await decode(container(header, [{ c: "rgb", type: "jpeg", window: null, bytes: Uint8Array.of(1) }]), unpack);
  assert.deepEqual([...colour.planes.get("rgb").data], [10, 11, 12, 20, 21, 22]);
});

test("what is broken is said to be", async () => {
  const header = { y: 2, x: 2, dtype: "uint8", colour: false, quality: "exact" };
  const good = container(header, [{ c: 0, type: "raw", window: null, bytes: Uint8Array.of(1, 2, 3, 4) }]);
  assert.throws(() => parse(new ArrayBuffer(3)), BadContainer);
  assert.throws(() => parse(good.slice(0, 40)), BadContainer);
  assert.throws(() => parse(good.slice(0, good.byteLength - 8)), BadContainer);
  const wrong = container(header, [{ c: 0, type: "raw", window: null, bytes: Uint8Array.of(1, 2, 3) }]);
  await assert.rejects(decode(wrong, never), BadContainer);
});

test("a frame is cut from a sprite", () => {
  const sprite = { data: Uint8Array.of(0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3), y: 4, x: 4, samples: 1 };
  const frame = frameOf(sprite, { y: 2, x: 2, columns: 2 }, 3);
  assert.deepEqual([...frame.data], [3, 3, 3, 3]);
  assert.equal(frame.quality, "overview");
});
