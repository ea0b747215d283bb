// Which columns the table has, and in what order: any field of the library, ticked in a list, moved in it, and
// remembered in this browser.

import {h, keep, remember, remembered, say, set} from "./dom.js"
import {question} from "./place.js"

/**
 * @typedef {{name: string, label: string}} Offered
 * @param {(message: object) => void} send
 */
export function columnChoice(send) {
  const list = h("ul", {class: "values"})
  const usual = h("button", {type: "button", class: "quiet", onclick: () => choose(null)}, "Usual columns")
  const note = h("p", {class: "hint"}, "A narrow table leaves some of the usual columns out. Of those that you choose it shows all.")
  const said = h("p", {class: "visually-hidden", "aria-live": "polite"})
  const panel = h("div", {class: "panel"}, note, list, usual, said)
  const element = /** @type {HTMLDetailsElement} */ (h("details", {class: "take column-choice"}, h("summary", {}, "Columns"), panel))
  let shown = /** @type {string[]} */ ([])
  let offered = /** @type {Offered[]} */ ([])
  let listed = /** @type {string[]} */ ([])
  const none = /** @type {string[]} */ ([])
  const own = remembered("columns", none)
  // An empty list is a choice too: the title alone.
  if (own !== none) send({do: "columns", columns: own, remembered: true})
  // What was ticked is at the top the next time; now it stays where the pointer is.
  element.addEventListener("toggle", () => element.open && arrange())

  /** @param {string[]|null} names */
  function choose(names) {
    // The next tick may come before the answer to this one.
    shown = names ?? shown
    remember("columns", names)
    send(question({do: "columns", columns: names}))
  }

  /** Those that are shown first, in the table's order. */
  function arrange() {
    listed = listing(shown, offered)
    draw()
  }

  function draw() {
    const lines = listed.flatMap((name) => offered.filter((column) => column.name === name))
    keep(list, lines, (column) => column.name, create, (row, column) => {
      const isShown = shown.includes(column.name)
      set(row, "data-column", column.name)
      Object.assign(/** @type {HTMLInputElement} */ (row.querySelector("input")), {checked: isShown})
      for (const button of row.querySelectorAll("button")) {
        button.hidden = !isShown
        set(button, "aria-disabled", shifted(shown, column.name, Number(button.dataset.step)) === shown ? "true" : null)
      }
    })
  }

  /** @param {Offered} column @param {number} step */
  function move(column, step) {
    const now = shifted(shown, column.name, step)
    const button = document.activeElement
    if (now !== shown) choose(now)
    arrange()
    // An element that is put elsewhere loses its focus.
    if (button instanceof HTMLElement) button.focus()
    say(said, `${column.label} is column ${shown.indexOf(column.name) + 1} of ${shown.length}`)
  }

  /** @param {Offered} column */
  function create(column) {
    const box = /** @type {HTMLInputElement} */ (h("input", {type: "checkbox"}))
    box.addEventListener("change", () => {
      choose(ticked(shown, column.name))
      draw()
    })
    const arrow = (/** @type {string} */ text, /** @type {number} */ step, /** @type {string} */ way) =>
      h("button", {type: "button", "data-step": step, "aria-label": `Move ${column.label} to the ${way}`, title: `To the ${way}`, onclick: () => move(column, step)}, text)
    return h("li", {}, h("label", {}, box, h("span", {class: "value"}, column.label)), arrow("←", -1, "left"), arrow("→", 1, "right"))
  }

  return {
    element,
    /** @param {any} table what the table shows; null when there is none */
    update(table) {
      element.hidden = !table
      if (!table) return
      shown = table.columns.map((/** @type {Offered} */ column) => column.name)
      offered = table.offered
      usual.hidden = table.isUsual
      note.hidden = !table.isUsual
      if (!element.open || table.isUsual || listed.length !== offered.length) arrange()
      else draw()
    },
  }
}

/**
 * The columns with one more behind them, or without it.
 * @param {string[]} shown
 * @param {string} name
 */
export function ticked(shown, name) {
  return shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name]
}

/**
 * The columns with one of them moved, to the left or the right; the same where there is no further place.
 * @param {string[]} shown
 * @param {string} name
 * @param {number} step
 */
export function shifted(shown, name, step) {
  const to = shown.indexOf(name) + step
  if (!shown.includes(name) || to < 0 || to >= shown.length) return shown
  const others = shown.filter((other) => other !== name)
  return [...others.slice(0, to), name, ...others.slice(to)]
}

/**
 * The names of all columns: those that are shown in their order, then the others in theirs.
 * @param {string[]} shown
 * @param {Offered[]} offered
 */
export function listing(shown, offered) {
  return [...shown, ...offered.map((column) => column.name).filter((name) => !shown.includes(name))]
}
