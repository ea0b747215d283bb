// The facets: what the images found have in common, to choose from.

import {h, keep, remember, remembered, say, set, settled} from "./dom.js"
import {component, question} from "./place.js"
import {range} from "./range.js"

/**
 * @typedef {{value: string, label: string, count: number, selected: boolean}} Value
 * @typedef {{field: string, label: string, kind: string, italic: boolean, open: boolean, chosen: number,
 *   values: Value[], hasMore: boolean, find: string, all: boolean, bins?: any[], low?: number, high?: number,
 *   between?: number[]|null}} Facet
 */

export const render = component("facets", drawFacets)

/**
 * @param {HTMLElement} element
 * @param {(message: object) => void} send
 */
export function drawFacets(element, send) {
  const opened = remembered("facets", {})
  const clear = h("button", {type: "button", class: "quiet", onclick: () => send(question({do: "clear"}))}, "Clear all")
  const list = h("div", {class: "facet-list"})
  element.replaceChildren(h("div", {class: "facets-head"}, h("h2", {}, "Filters"), clear), list)

  /** @param {{facets: Facet[], isFiltered: boolean}} answer */
  function update(answer) {
    clear.hidden = !answer.isFiltered
    keep(list, answer.facets, (facet) => facet.field, create, (section, facet) => {
      ;/** @type {any} */ (section).mgFacet.update(facet)
    })
  }

  /** @param {Facet} facet */
  function create(facet) {
    const id = `facet-${facet.field}`
    const badge = h("span", {class: "badge"})
    const head = h("button", {type: "button", class: "facet-name", "aria-controls": id}, h("span", {}, facet.label), badge)
    const none = h("button", {type: "button", class: "quiet", "aria-label": `Clear ${facet.label}`}, "Clear")
    const body = h("div", {id, class: "facet-body"})
    const choices = facet.kind === "number" ? range(facet, send) : terms(facet, send)
    body.append(...choices.elements)
    const section = h("section", {class: "facet", "data-field": facet.field, "aria-label": facet.label},
      h("h3", {}, head, none), body)
    head.addEventListener("click", () => {
      opened[facet.field] = head.getAttribute("aria-expanded") !== "true"
      remember("facets", opened)
      open(opened[facet.field])
    })
    none.addEventListener("click", () => send(question({do: "clear", field: facet.field})))

    /** @param {boolean} isOpen */
    function open(isOpen) {
      set(head, "aria-expanded", String(isOpen))
      body.hidden = !isOpen
    }

    Object.assign(section, {mgFacet: {
      /** @param {Facet} now */
      update(now) {
        open(opened[now.field] ?? now.open)
        none.hidden = !now.chosen
        say(badge, now.chosen ? String(now.chosen) : "")
        set(badge, "aria-label", now.chosen ? `${now.chosen} chosen` : null)
        choices.update(now)
      },
    }})
    return section
  }

  return {update, remove: () => element.replaceChildren()}
}

/**
 * The values of a field, to tick.
 * @param {Facet} facet
 * @param {(message: object) => void} send
 */
function terms(facet, send) {
  let all = false
  const ask = () => send({do: "list", field: facet.field, find: find.value, all})
  const find = /** @type {HTMLInputElement} */ (h("input", {
    type: "search", class: "facet-find", placeholder: "Find", "aria-label": `Find in ${facet.label}`, autocomplete: "off", spellcheck: "false",
  }))
  find.addEventListener("input", settled(ask, 150))
  const list = h("ul", {class: "values"})
  const more = h("button", {type: "button", class: "quiet more"})
  more.addEventListener("click", () => {
    all = !all
    ask()
  })
  const nothing = h("p", {class: "hint"}, "No such value.")

  /** @param {Value} value */
  function create(value) {
    const box = h("input", {type: "checkbox"})
    const label = h("span", {class: "value"}, facet.italic && value.value !== "~none" ? h("i", {}, value.label) : value.label)
    box.addEventListener("change", () => send(question({do: "toggle", field: facet.field, value: value.value})))
    return h("li", {}, h("label", {title: value.label}, box, label, h("span", {class: "count"})))
  }

  /** @param {Element} row @param {Value} value */
  function refresh(row, value) {
    const box = /** @type {HTMLInputElement} */ (row.querySelector("input"))
    box.checked = value.selected
    row.classList.toggle("is-empty", value.count === 0)
    say(/** @type {Element} */ (row.querySelector(".count")), value.count.toLocaleString("en"))
  }

  return {
    elements: [find, list, nothing, more],
    /** @param {Facet} now */
    update(now) {
      all = now.all
      keep(list, now.values, (value) => value.value, create, refresh)
      find.hidden = !now.hasMore && !now.all && !find.value
      nothing.hidden = now.values.length > 0
      more.hidden = Boolean(find.value) || (!now.hasMore && !now.all)
      say(more, now.all ? "Show fewer" : "Show more")
    },
  }
}
