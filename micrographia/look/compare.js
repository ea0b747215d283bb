// Compare: players side by side that move together where their images agree; the address keeps what each of them shows.

const WRITE_MS = 300
const AXES = /** @type {const} */ (["t", "z"])

/** @typedef {{cx: number, cy: number, scale: number, stretch?: number}} Viewport */
/** @typedef {{x: number, y: number, stretch?: number}} Extent */
/**
 * An image as far as moving it goes: its size in pixels, that of its stage on the screen, and that of a pixel.
 * @typedef {{extent: Extent, stage: {x: number, y: number}, um?: {x: number, y: number}}} Scene
 */

/**
 * How many CSS pixels a pixel of the image is wide when all of it is seen.
 * @param {Scene} scene
 */
export function fitScale({extent, stage}) {
  return Math.min(stage.x / extent.x, stage.y / extent.y / (extent.stretch ?? 1)) || 1
}

/**
 * The same pixels of another image of the same size.
 * @param {Viewport} viewport @param {Scene} from @param {Scene} to
 * @returns {Viewport}
 */
export function samePixels(viewport, from, to) {
  return {cx: viewport.cx, cy: viewport.cy, scale: (viewport.scale / fitScale(from)) * fitScale(to)}
}

/**
 * The same lengths on the screen, at the same distance from the middle; an image that is seen whole has no say in where
 * the other one stands.
 * @param {Viewport} viewport @param {Required<Scene>} from @param {Required<Scene>} to @param {Viewport} now the other one's
 * @returns {Viewport}
 */
export function sameLengths(viewport, from, to, now) {
  const scale = (viewport.scale / from.um.x) * to.um.x
  if (viewport.scale <= fitScale(from) * 1.001) return {cx: now.cx, cy: now.cy, scale}
  const dx = (viewport.cx - from.extent.x / 2) * from.um.x
  const dy = (viewport.cy - from.extent.y / 2) * from.um.y
  return {cx: to.extent.x / 2 + dx / to.um.x, cy: to.extent.y / 2 + dy / to.um.y, scale}
}

/**
 * The largest scale, in CSS pixels for each µm, at which all of several images are seen whole.
 * @param {Required<Scene>[]} scenes
 */
export function commonScale(scenes) {
  return Math.min(...scenes.map((scene) => fitScale(scene) / scene.um.x))
}

/** @param {Viewport|null} a @param {Viewport|null} b */
export function isElsewhere(a, b) {
  if (!a || !b) return a !== b
  const away = Math.hypot(a.cx - b.cx, a.cy - b.cy) * b.scale
  return away > 0.25 || Math.abs(a.scale / b.scale - 1) > 1e-4
}

/**
 * The address with what each image shows, in their order, and which links are set otherwise than at first.
 * @param {string} query @param {string[]} shows @param {string[]} turned
 */
export function comparedAddress(query, shows, turned) {
  const said = new URLSearchParams(query)
  said.delete("show")
  said.delete("turned")
  const last = shows.findLastIndex(Boolean)
  for (const show of shows.slice(0, last + 1)) said.append("show", show)
  for (const name of turned) said.append("turned", name)
  return said.toString().replaceAll("%3A", ":")
}

/** Start the players of a page. @param {HTMLElement} page */
async function start(page) {
  const places = /** @type {HTMLElement[]} */ ([...page.querySelectorAll(".mg-player[data-player]")])
  if (!places.length) return
  const {mergedQuery, mount, readAddress} = await import(places[0].dataset.player ?? "")
  const links = JSON.parse(page.dataset.links ?? "{}")
  const said = new URLSearchParams(location.search)
  const boxes = /** @type {HTMLInputElement[]} */ ([...page.querySelectorAll("input[data-link]")])
  for (const box of boxes) if (said.getAll("turned").includes(box.dataset.link ?? "")) box.checked = !box.checked
  const isOn = (/** @type {string} */ name) => boxes.some((box) => box.dataset.link === name && box.checked)
  let timer = 0

  const players = new Map(places.map((place) => {
    const at = Number(place.dataset.at)
    const {state} = readAddress(said.getAll("show")[at] ?? "")
    const onState = () => {
      follow(at)
      clearTimeout(timer)
      timer = setTimeout(write, WRITE_MS)
    }
    place.addEventListener("mg:painted", () => follow(at))
    const {manifest} = place.dataset
    const poster = place.querySelector("img")?.src
    return [at, {...mounted(mount(place, {manifest, state, poster, onState})), known: /** @type {any} */ (null)}]
  }))
  for (const player of players.values()) player.known = player.place()
  for (const box of boxes) box.addEventListener("change", () => turned(box.dataset.link ?? ""))
  if (isOn("scale") && !said.has("show")) turned("scale")

  /** What one image did, those do that are linked with it. @param {number} at */
  function follow(at) {
    const player = players.get(at)
    if (!player?.known) return
    const before = player.known
    const now = (player.known = player.place())
    for (const axis of AXES) if (now[axis] !== before[axis] && isOn(axis)) move(at, axis)
    if (isElsewhere(now.viewport, before.viewport)) look(at)
  }

  /** @param {number} at @param {"t"|"z"} axis */
  function move(at, axis) {
    for (const other of others(axis, at)) {
      other.go(axis, /** @type {any} */ (players.get(at)).known[axis])
      other.known = other.place()
    }
  }

  /** @param {number} at */
  function look(at) {
    const from = /** @type {any} */ (players.get(at))
    const name = isOn("scale") && links.scale.includes(at) ? "scale" : "view"
    if (!isOn(name) || !from.known.viewport) return
    for (const to of others(name, at)) {
      if (!to.known.viewport) continue
      const {viewport} = from.known
      to.look(name === "view" ? samePixels(viewport, from.scene(), to.scene()) : sameLengths(viewport, from.scene(), to.scene(), to.known.viewport))
      to.known = to.place()
    }
  }

  /** The other images of a link, if this one is in it. @param {string} name @param {number} at */
  function others(name, at) {
    const linked = /** @type {number[]} */ (links[name] ?? [])
    return linked.includes(at) ? linked.filter((other) => other !== at).flatMap((other) => players.get(other) ?? []) : []
  }

  /** A link was set or taken away. @param {string} name */
  function turned(name) {
    const linked = /** @type {number[]} */ (links[name] ?? [])
    if (name === "scale") {
      const some = linked.flatMap((at) => players.get(at) ?? [])
      const scale = commonScale(some.map((player) => player.scene()))
      for (const player of some) {
        if (isOn("scale")) player.look({...player.middle(), scale: scale * player.scene().um.x})
        else player.fit()
        player.known = player.place()
      }
    } else if (isOn(name)) {
      if (name === "view") look(linked[0])
      else move(linked[0], /** @type {"t"|"z"} */ (name))
    }
    write()
  }

  function write() {
    clearTimeout(timer)
    const shows = places.map((place) => Number(place.dataset.at))
    const states = Array.from({length: Math.max(...shows) + 1}, (_, at) => mergedQuery("", players.get(at)?.state() ?? {}))
    const changed = boxes.filter((box) => box.checked !== box.defaultChecked).map((box) => box.dataset.link ?? "")
    history.replaceState(history.state, "", `${location.pathname}?${comparedAddress(location.search, states, changed)}`)
  }
}

/**
 * What is asked of a player here. @param {{viewer: any}} player
 */
function mounted(player) {
  const {viewer} = player
  // Its links are those of the page.
  viewer.address = true
  const {extent, manifest} = viewer
  return {
    state: () => viewer.state,
    place: () => ({t: viewer.shown.t, z: viewer.shown.z, viewport: viewer.viewport}),
    scene: () => ({extent, stage: viewer.stage.size, um: manifest.pixel_size_um}),
    middle: () => ({cx: extent.x / 2, cy: extent.y / 2}),
    fit: () => viewer.fit(),
    look: (/** @type {Viewport} */ viewport) => viewer.look(viewport),
    go(/** @type {"t"|"z"} */ axis, /** @type {number|string} */ to) {
      if (viewer.clock.axis === axis) viewer.clock.stop()
      if (typeof to === "number") viewer.go(axis, to)
      else viewer.wish({[axis]: to})
    },
  }
}

const page = /** @type {HTMLElement|null|undefined} */ (globalThis.document?.querySelector(".compare-page"))
if (page) start(page)
