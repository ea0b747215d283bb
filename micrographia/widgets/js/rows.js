// Results as a table, sorted by its headings.

import {h, keep, mark, set, titleOf, trayButton} from "./dom.js"

/**
 * @param {(id: string) => void} pick
 * @param {(id: string) => void} open
 * @param {(sort: string) => void} sortBy
 */
export function rows(pick, open, sortBy) {
  const head = h("tr")
  const body = h("tbody")
  const element = h("div", {class: "table-wrap"}, h("table", {class: "results-table"}, h("thead", {}, head), body))
  let columns = /** @type {any[]} */ ([])

  /** @param {any} column @param {string} sort */
  function heading(column, sort) {
    if (!column.sort) return h("th", {scope: "col", class: kindOf(column)}, column.label)
    const isUp = sort === column.sort
    const isDown = sort === `-${column.sort}`
    const arrow = isUp ? " ↑" : isDown ? " ↓" : ""
    const next = isUp ? `-${column.sort}` : column.sort
    return h("th", {scope: "col", class: kindOf(column), "aria-sort": isUp ? "ascending" : isDown ? "descending" : "none"},
      h("button", {type: "button", onclick: () => sortBy(next)}, column.label, h("span", {"aria-hidden": "true"}, arrow)))
  }

  /** @param {any} card */
  function create(card) {
    const link = h("a", {href: card.href, "data-id": card.id, tabindex: "-1"}, h("span"), h("span", {class: "why"}))
    const row = h("tr", {}, h("td", {class: "tiny"}, h("img", {src: card.thumbnail, alt: "", loading: "lazy", width: "40", height: "40"})))
    for (const column of columns) {
      const text = card.cells[column.name] ?? ""
      const inside = column.name === "title" ? link : column.kind === "italic" && text ? h("i", {}, text) : text
      row.append(h(column.name === "title" ? "th" : "td", {class: kindOf(column), scope: column.name === "title" ? "row" : null}, inside))
    }
    row.append(h("td", {class: "keeps"}, trayButton(card)))
    row.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest("button") || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      pick(card.id)
    })
    row.addEventListener("dblclick", () => open(card.id))
    return row
  }

  /** The same image may be found by other words. @param {Element} row @param {any} card */
  function show(row, card) {
    mark(/** @type {Element} */ (row.querySelector("a > span")), titleOf(card))
    mark(/** @type {Element} */ (row.querySelector(".why")), card.why ?? [])
  }

  return {
    element,
    /** @param {any} answer */
    update(answer) {
      columns = answer.columns
      head.replaceChildren(h("td", {}), ...columns.map((column) => heading(column, answer.sort)), h("th", {scope: "col", class: "keeps"}, h("span", {class: "visually-hidden"}, "Tray")))
      keep(body, answer.images, (card) => card.id, create, show)
      document.dispatchEvent(new CustomEvent("mg-tray"))
    },
    /** @param {string} id */
    choose(id) {
      const links = /** @type {HTMLElement[]} */ ([...body.querySelectorAll("a[data-id]")])
      const hit = links.find((link) => link.dataset.id === id)
      for (const link of links) {
        set(link, "aria-current", link === hit ? "true" : null)
        set(link, "tabindex", link === (hit ?? links[0]) ? "0" : "-1")
        set(/** @type {Element} */ (link.closest("tr")?.querySelector("[data-tray]")), "tabindex", link === (hit ?? links[0]) ? "0" : "-1")
        link.closest("tr")?.classList.toggle("is-chosen", link === hit)
      }
    },
    /** @param {string} id */
    focus(id) {
      const link = /** @type {HTMLElement|null} */ (body.querySelector(`a[data-id="${CSS.escape(id)}"]`))
      link?.focus({preventScroll: true})
      link?.closest("tr")?.scrollIntoView({block: "nearest"})
    },
    /** @param {string} key */
    step(key) {
      return {ArrowUp: -1, ArrowDown: 1, Home: -1, End: 1}[key] ?? 0
    },
  }
}

/** How a column is set, and its name, by which a narrow table leaves it out. @param {any} column */
function kindOf(column) {
  return `${column.kind} col-${column.name}`.trim()
}
