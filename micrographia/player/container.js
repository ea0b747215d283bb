/**
 * The plane container: one answer of the server holding the asked channels of a tile.
 *
 * `MGP1`, the header's length (uint32, little-endian), a JSON header padded so that the payload begins at a
 * multiple of 8, then the parts. Previews are pictures (JPEG, WebP) and are unpacked by the caller's `unpack`.
 */


/**
 * @typedef {object} Plane one channel of one tile, as numbers
 * @property {Uint8Array|Uint16Array|Uint32Array|Int32Array|Float32Array} data row-major samples
 * @property {number} y
 * @property {number} x
 * @property {1|3} samples numbers for each pixel: 3 for colour
 * @property {number} bias what was added to signed samples so that they could be looked up in a table
 * @property {"exact"|"preview"|"overview"} quality
 * @property {[number, number]|null} window what 0..255 of a preview stand for
 * @property {string} dtype
 */

const TYPES = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
};

/** An answer that is not what it says it is. */
export class BadContainer extends Error {}

/**
 * The header and the parts' bytes.
 * @param {ArrayBuffer} buffer
 * @returns {{header: object, parts: {c: number|"rgb", type: string, window: [number, number]|null, bytes: Uint8Array}[]}}
 */
export function parse(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint32(0, false) !== 0x4d475031) throw new BadContainer("not a plane container");
  const length = view.getUint32(4, true);
  const start = 8 + length;
  if (start > buffer.byteLength) throw new BadContainer("the header is cut off");
  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  } catch {
    throw new BadContainer("the header is not JSON");
  }
  const parts = (header.parts ?? []).map((part) => {
    const end = start + part.offset + part.length;
    if (!(part.offset >= 0) || !(part.length >= 0) || end > buffer.byteLength) throw new BadContainer("a part is cut off");
    return { ...part, bytes: new Uint8Array(buffer, start + part.offset, part.length) };
  });
  return { header, parts };
}

/**
 * Every part of a container as a plane of numbers, by channel.
 *
 * @param {ArrayBuffer} buffer
 * @param {(bytes: Uint8Array, type: string) => Promise<{width: number, height: number, data: Uint8ClampedArray}>} unpack
 *   pixels (RGBA) of a picture
 * @returns {Promise<{header: object, planes: Map<number|"rgb", Plane>}>}
 */
export async function decode(buffer, unpack) {
  const { header, parts } = parse(buffer);
  const planes = new Map();
  await Promise.all(
    parts.map(async (part) => {
      const plane = part.type === "raw" ? fromRaw(header, part) : await fromPicture(header, part, unpack);
      planes.set(part.c, plane);
    }),
  );
  return { header, planes };
}

/** @returns {Plane} */
function fromRaw(header, part) {
  const Type = TYPES[header.dtype];
  if (!Type) throw new BadContainer(`samples of type ${header.dtype} are not known`);
  const samples = part.c === "rgb" ? 3 : 1;
  const wanted = header.y * header.x * samples;
  if (part.bytes.byteLength !== wanted * Type.BYTES_PER_ELEMENT) throw new BadContainer("a part has the wrong length");
  const aligned = part.bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0;
  const bytes = aligned ? part.bytes : part.bytes.slice();
  const data = new Type(bytes.buffer, bytes.byteOffset, wanted);
  const { table, bias } = unsigned(data);
  const quality = header.quality === "preview" ? "preview" : "exact";
  return { data: table, y: header.y, x: header.x, samples, bias, quality, window: null, dtype: header.dtype };
}

/** Signed 8 and 16-bit samples moved up to start at zero, so that a table can hold their colours. */
function unsigned(data) {
  if (data instanceof Int8Array) return { table: Uint8Array.from(data, (v) => v + 128), bias: 128 };
  if (data instanceof Int16Array) {
    const table = new Uint16Array(data.length);
    for (let i = 0; i < data.length; i++) table[i] = data[i] + 32768;
    return { table, bias: 32768 };
  }
  return { table: data, bias: 0 };
}

/** @returns {Promise<Plane>} */
async function fromPicture(header, part, unpack) {
  const picture = await unpack(part.bytes, part.type === "webp" ? "image/webp" : "image/jpeg");
  const { width: x, height: y } = picture;
  const samples = part.c === "rgb" ? 3 : 1;
  const data = new Uint8Array(x * y * samples);
  const rgba = picture.data;
  if (samples === 1) for (let i = 0, j = 0; i < data.length; i++, j += 4) data[i] = rgba[j];
  else
    for (let i = 0, j = 0; i < data.length; i += 3, j += 4) {
      data[i] = rgba[j];
      data[i + 1] = rgba[j + 1];
      data[i + 2] = rgba[j + 2];
    }
  return { data, y, x, samples, bias: 0, quality: "preview", window: part.window ?? null, dtype: "uint8" };
}

/**
 * One frame of an overview sprite.
 * @param {Plane} sprite all frames, `columns` to a row
 * @param {{y: number, x: number, columns: number}} header
 * @param {number} at which frame
 * @returns {Plane}
 */
export function frameOf(sprite, header, at) {
  const { y, x, columns } = header;
  const top = Math.floor(at / columns) * y;
  const left = (at % columns) * x;
  const n = sprite.samples;
  const data = new sprite.data.constructor(y * x * n);
  for (let row = 0; row < y; row++) {
    const from = ((top + row) * sprite.x + left) * n;
    data.set(sprite.data.subarray(from, from + x * n), row * x * n);
  }
  return { ...sprite, data, y, x, quality: "overview" };
}
