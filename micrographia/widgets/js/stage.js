// The player in the page: the chosen image, a sentence where there is none.

import {carryView, mount} from "../player.js"
import {h, settled} from "./dom.js"
import {component} from "./place.js"

// The server needs to know where the visitor is when they stop, not every step on the way.
const TELL_MS = 150

// What the keys do outside the player; the player's own help lists them with its own.
const KEYS = [["/", "Search"], ["← ↑ → ↓", "In the results: other images"], ["Enter", "In the results: the page of the image"]]

export const render = component("stage", drawStage)

/** @param {Event} event */
function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0])
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName ?? "")
}

/**
 * @param {HTMLElement} element
 * @param {(message: object) => void} send
 */
export function drawStage(element, send) {
  let image = ""
  let player = /** @type {any} */ (null)
  let told = ""
  const note = h("p", {class: "scene-note", role: "status", hidden: true})
  const tell = settled((/** @type {string} */ id, /** @type {object} */ state) => {
    told = JSON.stringify(state)
    send({do: "display", image: id, state})
  }, TELL_MS)

  /** @param {any} answer */
  function update(answer) {
    if (answer.image === image && player && !answer.problem) return put(answer.state)
    tell.cancel()
    end()
    image = answer.image
    note.hidden = Boolean(answer.manifest.id)
    element.closest(".image")?.classList.toggle("has-no-picture", !answer.manifest.id)
    note.textContent = answer.problem || "No image is chosen."
    element.replaceChildren(note)
    if (answer.manifest.id) start(answer)
  }

  /** @param {any} answer */
  function start(answer) {
    const id = answer.image
    const box = h("div", {class: "mg-player"})
    element.append(box)
    told = JSON.stringify(answer.state)
    player = mount(box, {
      manifest: answer.manifest,
      state: answer.state,
      poster: answer.poster,
      keys: KEYS,
      onState: (/** @type {object} */ state) => {
        carryView(state)
        tell(id, state)
      },
    })
  }

  /** @param {object} state */
  function put(state) {
    const text = JSON.stringify(state)
    if (text !== told) player.setState(state)
    told = text
  }

  function end() {
    player?.()
    player = null
  }

  /** The player knows its own keys; this one is for all of the page. @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== "?" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return
    if (event.composedPath().includes(element) || !player?.viewer) return
    event.preventDefault()
    player.viewer.showKeys()
  }
  document.addEventListener("keydown", onKey)

  function remove() {
    document.removeEventListener("keydown", onKey)
    end()
  }

  return {update, remove}
}
