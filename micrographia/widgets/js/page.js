// The Explore page itself: shows the first answer before Panel's scripts are there, and moves its panes.

import {h, remember, remembered, set} from "./dom.js"
import {drawDetails} from "./details.js"
import {drawFacets} from "./facets.js"
import {drawResults} from "./gallery.js"
import {placed} from "./place.js"
import {drawStage} from "./stage.js"

const LEAST = {facets: 180, image: 280}
const MOST = {facets: 480, image: 1600}
const NARROW = matchMedia("(max-width: 760px)")
const MIDDLE = matchMedia("(max-width: 1100px)")

const explore = /** @type {HTMLElement} */ (document.querySelector(".explore"))
const facets = /** @type {HTMLElement} */ (explore.querySelector(".facets"))
const image = /** @type {HTMLElement} */ (explore.querySelector(".image"))

firstPaint()
explore.querySelectorAll(".divider").forEach((divider) => widths(/** @type {HTMLElement} */ (divider)))
drawer()
sheet()
histogram()

function firstPaint() {
  const first = JSON.parse(document.getElementById("first-answer")?.textContent || "{}")
  const views = {facets: drawFacets, results: drawResults, stage: drawStage, details: drawDetails}
  for (const [name, draw] of Object.entries(views)) {
    const place = placed(name, draw)
    if (first[name]) place?.view.update(first[name])
  }
}

/** A divider sets the width of the pane it names, in pixels. @param {HTMLElement} divider */
function widths(divider) {
  const pane = /** @type {"facets"|"image"} */ (divider.dataset.pane)
  const element = pane === "facets" ? facets : image
  const sign = pane === "facets" ? 1 : -1

  /** @param {number|null} width */
  function apply(width) {
    if (width === null) explore.style.removeProperty(`--${pane}-width`)
    else explore.style.setProperty(`--${pane}-width`, `${Math.round(Math.min(Math.max(width, LEAST[pane]), MOST[pane]))}px`)
    set(divider, "aria-valuenow", Math.round(element.getBoundingClientRect().width))
    remember(`width.${pane}`, width)
  }

  divider.addEventListener("pointerdown", (event) => {
    const start = event.clientX
    const width = element.getBoundingClientRect().width
    divider.setPointerCapture(event.pointerId)
    const move = (/** @type {PointerEvent} */ moved) => apply(width + sign * (moved.clientX - start))
    divider.addEventListener("pointermove", move)
    divider.addEventListener("lostpointercapture", () => divider.removeEventListener("pointermove", move), {once: true})
  })
  divider.addEventListener("keydown", (event) => {
    const step = {ArrowLeft: -16, ArrowRight: 16}[event.key]
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    apply(element.getBoundingClientRect().width + sign * step)
  })
  divider.addEventListener("dblclick", () => apply(null))
  apply(remembered(`width.${pane}`, 0) || null)
}

/** On narrow screens the facets come in from the side. */
function drawer() {
  let opener = /** @type {HTMLElement|null} */ (null)
  const close = h("button", {type: "button", class: "close-facets", onclick: () => show(false)}, "Show results")
  facets.append(close)
  const veil = h("div", {class: "veil", onclick: () => show(false)})
  explore.append(veil)

  /** @param {boolean} isOpen */
  function show(isOpen) {
    explore.classList.toggle("has-drawer", isOpen)
    facets.inert = MIDDLE.matches && !isOpen
    if (isOpen) /** @type {HTMLElement|null} */ (facets.querySelector("button, input"))?.focus()
    else opener?.focus()
    opener = null
  }

  explore.addEventListener("mg-facets", () => {
    opener = /** @type {HTMLElement} */ (document.activeElement)
    show(true)
  })
  explore.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && explore.classList.contains("has-drawer")) show(false)
  })
  MIDDLE.addEventListener("change", () => show(false))
  show(false)
}

/** On narrow screens the image covers the page; Back, Escape and the button put it away. */
function sheet() {
  const results = /** @type {HTMLElement} */ (explore.querySelector(".results"))
  const close = /** @type {HTMLElement} */ (image.querySelector(".close-image"))

  /** @param {boolean} isOpen */
  function show(isOpen) {
    const wasOpen = explore.classList.contains("has-sheet")
    explore.classList.toggle("has-sheet", isOpen)
    image.inert = NARROW.matches && !isOpen
    results.inert = NARROW.matches && isOpen
    if (NARROW.matches && isOpen) close.focus()
    else if (wasOpen) /** @type {HTMLElement|null} */ (results.querySelector('[aria-current="true"]'))?.focus()
  }

  close.addEventListener("click", () => show(false))
  explore.addEventListener("mg-chosen", (event) => {
    if (NARROW.matches && !(/** @type {CustomEvent} */ (event).detail.byKey)) show(true)
  })
  image.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && NARROW.matches) show(false)
  })
  document.addEventListener("mg-back", () => show(new URLSearchParams(location.search).has("image") && NARROW.matches))
  NARROW.addEventListener("change", () => show(false))
  show(NARROW.matches && new URLSearchParams(location.search).has("image"))
}

/** The plot is made when it is first opened. */
function histogram() {
  const box = /** @type {HTMLDetailsElement} */ (explore.querySelector("details.histogram"))
  const send = () => placed("details", drawDetails)?.send({do: "histogram", open: box.open})
  box.open = remembered("histogram", false)
  if (box.open) send()
  box.addEventListener("toggle", () => {
    remember("histogram", box.open)
    send()
  })
}
