// Results as a table, sorted by its headings. One tab stop in its rows; arrow keys go from row to row.

import {groupButton, h, keep, mark, say, set, titleOf, trayButton} from "./dom.js"

const TITLE = {name: "title", label: "Title", kind: "wide", sort: "title"}

/**
 * @typedef {{name: string, label: string, kind: string, sort: string}} Column
 * @typedef {{texts: string[], more?: number}} Cell
 * @param {(id: string) => void} pick
 * @param {(id: string) => void} open
 * @param {(name: string) => void} openGroup
 * @param {(sort: string) => void} sortBy
 */
export function rows(pick, open, openGroup, sortBy) {
  const head = h("tr")
  const body = h("tbody")
  const table = h("table", {class: "results-table"}, h("thead", {}, head), body)
  const element = h("div", {class: "table-wrap"}, table)
  let columns = /** @type {Column[]} */ ([])
  let cells = /** @type {Record<string, Record<string, Cell>>} */ ({})
  let isAll = true

  /** @param {Column} column */
  function heading(column) {
    const cell = h("th", {scope: "col", class: kindOf(column)})
    if (column.sort) {
      const button = h("button", {type: "button"}, column.label, h("span", {class: "arrow", "aria-hidden": "true"}))
      button.addEventListener("click", () => sortBy(cell.getAttribute("aria-sort") === "ascending" ? `-${column.sort}` : column.sort))
      cell.append(button)
    } else cell.append(column.label)
    return cell
  }

  /** @param {Element} cell @param {Column} column @param {string} sort */
  function showOrder(cell, column, sort) {
    const arrow = cell.querySelector(".arrow")
    if (!arrow) return
    const order = sort === column.sort ? "ascending" : sort === `-${column.sort}` ? "descending" : "none"
    set(cell, "aria-sort", order)
    say(arrow, {ascending: " ↑", descending: " ↓", none: ""}[order] ?? "")
  }

  /** @param {any} card */
  function create(card) {
    const link = h("a", {href: card.href, "data-id": card.id, tabindex: "-1"}, h("span"), h("span", {class: "why"}))
    const picture = card.thumbnail ? h("img", {src: card.thumbnail, alt: "", loading: "lazy", width: "40", height: "40"}) : h("span", {class: "no-picture", title: "No picture"})
    const row = h("tr", {}, h("td", {class: "tiny"}, picture), h("th", {scope: "row", class: kindOf(TITLE)}, link, card.group ? groupButton(card, isAll, openGroup) : null))
    for (const column of columns) row.append(h("td", {class: `value-cell ${kindOf(column)}`}, ...told(column, cells[card.id]?.[column.name])))
    row.append(h("td", {class: "keeps"}, trayButton(card)))
    row.addEventListener("click", (event) => {
      if (/** @type {Element} */ (event.target).closest("button") || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      pick(card.id)
    })
    row.addEventListener("dblclick", () => open(card.id))
    link.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !link.getAttribute("aria-current")) return
      event.preventDefault()
      open(card.id)
    })
    return row
  }

  /** The same image may be found by other words. @param {Element} row @param {any} card */
  function show(row, card) {
    mark(/** @type {Element} */ (row.querySelector("a > span")), titleOf(card))
    mark(/** @type {Element} */ (row.querySelector(".why")), card.why ?? [])
  }

  /** @param {string} id @returns {HTMLElement|null} */
  const linkOf = (id) => body.querySelector(`a[data-id="${CSS.escape(id)}"]`)

  return {
    element,
    /** @param {any} answer */
    update(answer) {
      columns = answer.table.columns
      cells = answer.table.cells
      isAll = answer.isAll
      table.classList.toggle("is-usual", answer.table.isUsual)
      keep(head, [{name: " picture"}, TITLE, ...columns, {name: " tray"}], (column) => column.name,
        (column) => (column.name === " picture" ? h("td", {}) : column.name === " tray" ? h("th", {scope: "col", class: "keeps"}, h("span", {class: "visually-hidden"}, "Tray")) : heading(column)),
        (cell, column) => showOrder(cell, column, answer.sort))
      const said = columns.map((column) => column.name).join()
      keep(body, answer.images, (card) => `${card.id} ${card.group?.size ?? 1} ${isAll} ${said}`, create, show)
      // What scrolls must be reached by keys as well.
      set(element, "tabindex", element.scrollWidth > element.clientWidth ? "0" : null)
      set(element, "role", element.scrollWidth > element.clientWidth ? "region" : null)
      set(element, "aria-label", element.scrollWidth > element.clientWidth ? "Table of images" : null)
      document.dispatchEvent(new CustomEvent("mg-tray"))
    },
    /** @param {string} id */
    choose(id) {
      const links = /** @type {HTMLElement[]} */ ([...body.querySelectorAll("a[data-id]")])
      const hit = links.find((link) => link.dataset.id === id)
      for (const link of links) {
        const row = link.closest("tr")
        const stop = link === (hit ?? links[0]) ? "0" : "-1"
        set(link, "aria-current", link === hit ? "true" : null)
        set(link, "tabindex", stop)
        row?.querySelectorAll("button").forEach((button) => set(button, "tabindex", stop))
        row?.classList.toggle("is-chosen", link === hit)
      }
    },
    /** @param {string} id */
    find(id) {
      linkOf(id)?.closest("tr")?.scrollIntoView({block: "nearest"})
    },
    /** @param {string} id */
    focus(id) {
      linkOf(id)?.focus({preventScroll: true})
      linkOf(id)?.closest("tr")?.scrollIntoView({block: "nearest"})
    },
    /** @param {string} key */
    step(key) {
      return {ArrowUp: -1, ArrowDown: 1, Home: -1, End: 1}[key] ?? 0
    },
  }
}

/**
 * What stands in a cell: its values one after the other, or that they are unknown.
 * @param {Column} column
 * @param {Cell} [cell]
 */
function told(column, cell) {
  if (!cell?.texts.length) return [h("span", {class: "unknown"}, "unknown")]
  const said = cell.texts.flatMap((text, at) => [at ? "; " : "", column.kind === "italic" ? h("i", {}, text) : h("span", {}, text)])
  return cell.more ? [...said, h("span", {class: "and-more"}, ` and ${cell.more.toLocaleString("en")} more`)] : said
}

/** How a column is set, and its name, by which a narrow table leaves it out. @param {Column} column */
function kindOf(column) {
  return `${column.kind} col-${column.name}`.trim()
}
