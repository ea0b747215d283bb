// A number field: a small histogram of what was found, and the two ends of a range.

import {h, keep, say, set, settled, svg} from "./dom.js"
import {question} from "./place.js"

const WIDTH = 224
const HEIGHT = 40

/**
 * @param {{field: string, label: string}} facet
 * @param {(message: object) => void} send
 */
export function range(facet, send) {
  const picture = svg("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "bars", "aria-hidden": "true", preserveAspectRatio: "none"})
  const low = end(`${facet.label} from`)
  const high = end(`${facet.label} to`)
  let bins = /** @type {any[]} */ ([])
  let from = -1

  const ask = () => send(question({do: "range", field: facet.field, low: value(low), high: value(high)}))
  const askLater = settled(ask, 500)
  for (const input of [low, high]) {
    input.addEventListener("input", askLater)
    input.addEventListener("change", () => {
      askLater.cancel()
      ask()
    })
  }

  // The histogram is a short cut for the pointer; the two fields do the same for everyone.
  picture.addEventListener("pointerdown", (event) => {
    from = at(event)
    picture.setPointerCapture(event.pointerId)
    mark(from, from)
  })
  picture.addEventListener("pointermove", (event) => {
    if (from >= 0) mark(from, at(event))
  })
  picture.addEventListener("pointerup", (event) => {
    const [first, last] = [from, at(event)].sort((a, b) => a - b)
    from = -1
    if (!bins.length) return
    low.value = String(bins[first].low)
    high.value = String(bins[last].high)
    ask()
  })

  /** @param {PointerEvent} event */
  function at(event) {
    const box = picture.getBoundingClientRect()
    const index = Math.floor(((event.clientX - box.left) / box.width) * bins.length)
    return Math.min(Math.max(index, 0), Math.max(bins.length - 1, 0))
  }

  /** @param {number} a @param {number} b */
  function mark(a, b) {
    const [first, last] = a < b ? [a, b] : [b, a]
    ;[...picture.children].forEach((bar, index) => bar.classList.toggle("inside", index >= first && index <= last))
  }

  return {
    elements: [picture, h("div", {class: "ends"}, low, h("span", {"aria-hidden": "true"}, "–"), high)],
    /** @param {any} now */
    update(now) {
      bins = now.bins
      const top = Math.max(1, ...bins.map((bin) => bin.count))
      keep(picture, bins, (bin) => `${bin.low}`, () => svg("rect", {}, svg("title")), (bar, bin) => {
        const index = bins.indexOf(bin)
        const height = bin.count ? Math.max(2, (bin.count / top) * HEIGHT) : 0
        const width = WIDTH / bins.length
        for (const [name, number] of Object.entries({x: index * width + 0.5, width: Math.max(width - 1, 1), y: HEIGHT - height, height})) {
          set(bar, name, number.toFixed(1))
        }
        bar.classList.toggle("inside", Boolean(bin.inside))
        say(/** @type {Element} */ (bar.firstElementChild), saying(bin))
      })
      show(low, now.between?.[0], now.low)
      show(high, now.between?.[1], now.high)
    },
  }
}

/**
 * What a bar stands for, and how many images it has.
 * @param {{low: number, high: number, count: number}} bin
 */
export function saying({low, high, count}) {
  const between = low === high ? String(low) : `${low} to ${high}`
  return `${between}: ${count.toLocaleString("en")} ${count === 1 ? "image" : "images"}`
}

/** @param {string} name */
function end(name) {
  return /** @type {HTMLInputElement} */ (h("input", {type: "number", step: "any", "aria-label": name}))
}

/** @param {HTMLInputElement} input */
function value(input) {
  return input.value === "" ? null : Number(input.value)
}

/**
 * What was typed stays while it is being typed.
 * @param {HTMLInputElement} input
 * @param {number|null|undefined} chosen
 * @param {number|null|undefined} possible
 */
function show(input, chosen, possible) {
  set(input, "placeholder", possible ?? "")
  if (document.activeElement !== input) input.value = chosen === null || chosen === undefined ? "" : String(chosen)
}
