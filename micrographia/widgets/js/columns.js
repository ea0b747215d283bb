// Which columns the table has: any field of the library, ticked in a list, and remembered in this browser.

import {h, keep, remember, remembered, set} from "./dom.js"
import {question} from "./place.js"

/**
 * @typedef {{name: string, label: string}} Offered
 * @param {(message: object) => void} send
 */
export function columnChoice(send) {
  const list = h("ul", {class: "values"})
  const usual = h("button", {type: "button", class: "quiet", onclick: () => choose(null)}, "Usual columns")
  const panel = h("div", {class: "panel"}, list, usual)
  const element = /** @type {HTMLDetailsElement} */ (h("details", {class: "take column-choice"}, h("summary", {}, "Columns"), panel))
  let shown = /** @type {string[]} */ ([])
  const none = /** @type {string[]} */ ([])
  const own = remembered("columns", none)
  // An empty list is a choice too: the title alone.
  if (own !== none) send({do: "columns", columns: own, remembered: true})

  /** @param {string[]|null} names */
  function choose(names) {
    // The next tick may come before the answer to this one.
    shown = names ?? shown
    remember("columns", names)
    send(question({do: "columns", columns: names}))
  }

  /** @param {Offered} column */
  function create(column) {
    const box = /** @type {HTMLInputElement} */ (h("input", {type: "checkbox"}))
    box.addEventListener("change", () => choose(ticked(shown, column.name)))
    return h("li", {}, h("label", {}, box, h("span", {class: "value"}, column.label)))
  }

  return {
    element,
    /** @param {any} table what the table shows; null when there is none */
    update(table) {
      element.hidden = !table
      if (!table) return
      shown = table.columns.map((/** @type {Offered} */ column) => column.name)
      usual.hidden = table.isUsual
      keep(list, table.offered, (column) => column.name, create, (row, column) => {
        /** @type {HTMLInputElement} */ (row.querySelector("input")).checked = shown.includes(column.name)
        set(row, "data-column", column.name)
      })
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
