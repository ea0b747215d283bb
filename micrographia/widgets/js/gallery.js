// The results: their number as a sentence, what was chosen, and the images as cards or as a table.

import {cards} from "./cards.js"
import {columnChoice} from "./columns.js"
import {afterPaint, h, keep, say, set, settled} from "./dom.js"
import {component, question} from "./place.js"
import {rows} from "./rows.js"
import {savedSearches} from "./searches.js"

const WAITING_MS = 500
// As many as a large screen shows of a new page; the others are drawn when these are painted.
const AT_ONCE = 16

/**
 * @typedef {{id: string, title: string, organism: string, thumbnail: string, strip: string|null, marks: string[],
 *   licence: string, href: string, marked: Piece[], why: Piece[]}} Card
 * @typedef {import("./dom.js").Piece} Piece
 */

export const render = component("results", drawResults, ["chosen"])

/**
 * @param {HTMLElement} element
 * @param {(message: object) => void} send
 */
export function drawResults(element, send) {
  let answer = /** @type {any} */ ({images: [], as: "gallery", page: 1, pages: 1})
  let chosen = ""
  let awaited = ""
  let waiting = 0
  let said = ""
  // Whether the chosen image is to be seen: a page that is opened or gone back to shows where one was.
  let isLookedFor = true
  const sentence = h("h1", {class: "sentence", "aria-live": "polite", tabindex: "-1"})
  const chips = h("ul", {class: "chips", "aria-label": "Chosen filters"})
  const sort = /** @type {HTMLSelectElement} */ (h("select", {"aria-label": "Sort by"}))
  sort.addEventListener("change", () => send(question({do: "sort", sort: sort.value})))
  const kinds = ["gallery", "table"].map((kind) =>
    h("button", {type: "button", "data-as": kind, onclick: () => send(question({do: "as", as: kind}))}, kind === "gallery" ? "Gallery" : "Table"))
  const filters = h("button", {type: "button", class: "open-facets", onclick: () => element.dispatchEvent(new CustomEvent("mg-facets", {bubbles: true}))}, "Filters")
  const files = h("ul", {class: "exports"})
  const leftOut = h("p", {class: "hint"})
  const take = /** @type {HTMLDetailsElement} */ (h("details", {class: "take"}, h("summary", {}, "Export"), h("div", {class: "panel"}, files, leftOut)))
  const choice = columnChoice(send)
  const saved = savedSearches()
  const random = h("a", {class: "button", title: "The page of any one of these images"}, "Any one")
  const feed = h("a", {class: "button", title: "A feed (Atom) of the newest images of this search"}, "Feed")
  const menus = [saved.element, take, choice.element]
  menus.forEach(closesByEscape)
  const together = /** @type {HTMLInputElement} */ (h("input", {type: "checkbox"}))
  together.addEventListener("change", () => send(question({do: "grouped", grouped: together.checked})))
  const groups = h("label", {class: "together"}, together, h("span"))
  const problems = h("ul", {class: "problems", "aria-label": "What was not understood"})
  const meant = h("p", {class: "meant", hidden: true})
  const also = h("p", {class: "meant", hidden: true})
  const notice = h("div", {class: "empty", hidden: true})
  const body = h("div", {class: "results-body"})
  const pages = h("nav", {class: "pages", "aria-label": "Pages of results"})
  const tools = h("div", {class: "tools"}, filters, h("label", {class: "sort"}, h("span", {}, "Sort by"), sort), groups, h("div", {class: "as"}, choice.element, h("div", {class: "segmented", role: "group", "aria-label": "Show as"}, ...kinds)))
  const head = h("div", {class: "results-head"}, h("div", {class: "results-title"}, sentence, h("div", {class: "with-search"}, random, saved.element, feed, take)), chips, tools)
  element.replaceChildren(head, problems, meant, also, notice, body, pages)
  // The head, or on a phone its tools, stays above what scrolls: nothing that is looked for may come to lie below it.
  const measured = new ResizeObserver(() => {
    head.style.setProperty("--above-tools", `${tools.offsetTop - 8}px`)
    element.style.scrollPaddingTop = `${head.offsetHeight + parseFloat(getComputedStyle(head).top) + 8}px`
  })
  measured.observe(head)
  const openGroup = (/** @type {string} */ name) => send(question({do: "group", value: name}))
  const views = {gallery: cards(pick, open, openGroup), table: rows(pick, open, openGroup, (name) => send(question({do: "sort", sort: name})))}

  const chooseLater = settled((/** @type {string} */ id) => send({do: "choose", id}), 120)

  /** @param {string} id @param {boolean} byKey */
  function pick(id, byKey = false) {
    show(id)
    // A held arrow key passes many images; only where it stops is worth a picture.
    chooseLater.cancel()
    if (byKey) chooseLater(id)
    else send({do: "choose", id})
    element.dispatchEvent(new CustomEvent("mg-chosen", {bubbles: true, detail: {id, byKey}}))
  }

  /** @param {string} id */
  function open(id) {
    const card = answer.images.find((/** @type {Card} */ image) => image.id === id)
    if (card) window.location.assign(card.href)
  }

  /** @param {string} id */
  function show(id) {
    chosen = id
    views[/** @type {"gallery"|"table"} */ (answer.as)]?.choose(id)
  }

  /** @param {any} now */
  function update(now) {
    awaited = ""
    const turned = now.page !== answer.page || now.query !== answer.query
    answer = now
    // Before anything has changed: afterwards the browser would have to lay out everything for it.
    if (turned) element.scrollTop = 0
    clearTimeout(waiting)
    element.removeAttribute("aria-busy")
    element.classList.remove("is-waiting")
    // Written by the library, which escapes what is in it; its only tags set species in italics.
    const onCards = now.cards ? ` <span class="on-cards">on ${now.cards.toLocaleString("en")} ${now.cards === 1 ? "card" : "cards"}</span>` : ""
    if (said !== now.sentence + onCards) sentence.innerHTML = said = now.sentence + onCards
    keepChips(now.chips)
    keep(sort, now.sorts, (entry) => entry.value, (entry) => h("option", {value: entry.value}, entry.label), () => {})
    keep(problems, now.problems, (problem) => problem, (problem) => h("li", {}, problem), () => {})
    sort.value = now.sort
    say(filters, now.chips.length ? `Filters (${now.chips.length})` : "Filters")
    for (const kind of kinds) set(kind, "aria-pressed", String(kind.dataset.as === now.as))
    meant.hidden = !now.meant
    if (now.meant) meant.replaceChildren(...meaning(now.meant, send))
    also.hidden = !now.also
    if (now.also) also.replaceChildren(now.also, " ", h("button", {type: "button", onclick: () => send(question({do: "words"}))}, "Find the words alone"))
    notice.hidden = !now.nothing
    if (now.nothing) notice.replaceChildren(...nothing(now.nothing, send))
    choice.update(now.table)
    const view = now.as === "table" ? views.table : views.gallery
    if (body.firstElementChild !== view.element) body.replaceChildren(view.element)
    view.element.hidden = Boolean(now.nothing)
    if (now.chosen !== undefined) chosen = now.chosen
    const first = turned ? {...now, images: now.images.slice(0, AT_ONCE)} : now
    view.update(first)
    view.choose(chosen)
    if (first.images.length < now.images.length) afterPaint(() => rest(now))
    else findChosen(view)
    groups.hidden = !now.groups
    together.checked = now.grouped
    say(/** @type {Element} */ (groups.lastElementChild), `One ${now.as === "table" ? "row" : "card"} for each group (${now.groups.toLocaleString("en")})`)
    turn(now)
    saved.update(now.said)
    set(feed, "href", now.feed)
    random.hidden = !now.random
    set(random, "href", now.random)
    files.replaceChildren(...now.exports.map((/** @type {any} */ file) => h("li", {}, h("a", {href: file.href, download: true}, file.label))))
    leftOut.hidden = !now.leftOut
    say(leftOut, now.leftOut)
  }

  /** Who took one away by keys goes on at the next. @param {any[]} now */
  function keepChips(now) {
    const at = [...chips.children].findIndex((chip) => chip.contains(document.activeElement))
    keep(chips, now, (chip) => `${chip.field}=${chip.value}`, (chip) => chipElement(chip, send), () => {})
    if (at < 0 || chips.contains(document.activeElement)) return
    const next = chips.children[Math.min(at, now.length - 1)]?.querySelector("button")
    ;(next ?? sentence).focus()
  }

  /** @param {any} now */
  function rest(now) {
    if (answer !== now) return
    const view = now.as === "table" ? views.table : views.gallery
    view.update(now)
    view.choose(chosen)
    findChosen(view)
  }

  /** @param {{find: (id: string) => void}} view */
  function findChosen(view) {
    if (isLookedFor) view.find(chosen)
    isLookedFor = false
  }

  /** @param {any} now */
  function turn(now) {
    pages.hidden = now.pages <= 1
    const step = (/** @type {string} */ text, /** @type {number} */ page, /** @type {boolean} */ isOff) =>
      h("button", {type: "button", disabled: isOff, onclick: () => send(question({do: "page", page}))}, text)
    pages.replaceChildren(
      step("Earlier", now.page - 1, now.page <= 1),
      h("span", {}, `Page ${now.page.toLocaleString("en")} of ${now.pages.toLocaleString("en")}`),
      step("Later", now.page + 1, now.page >= now.pages),
    )
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const focus = document.activeElement
    const isMine = focus === document.body || element.contains(focus) && !focus?.closest("select, input, .chips, .tools, .with-search, .pages")
    if (!isMine || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !answer.images.length) return
    const view = answer.as === "table" ? views.table : views.gallery
    const step = view.step(event.key)
    if (!step) return
    event.preventDefault()
    const index = answer.images.findIndex((/** @type {Card} */ image) => image.id === chosen)
    const next = index < 0 ? 0 : event.key === "Home" ? 0 : event.key === "End" ? answer.images.length - 1 : index + step
    if (next >= answer.images.length && answer.page < answer.pages) send(question({do: "page", page: answer.page + 1, choose: "first"}))
    else if (next < 0 && answer.page > 1) {
      isLookedFor = true
      send(question({do: "page", page: answer.page - 1, choose: "last"}))
    }
    else {
      const card = answer.images[Math.min(Math.max(next, 0), answer.images.length - 1)]
      if (card.id === chosen) return
      pick(card.id, true)
      view.focus(card.id)
    }
  }
  document.addEventListener("keydown", onKey)

  // Whoever asked, the answer ends here; one that is slow is seen to be on its way.
  function onAsked() {
    clearTimeout(waiting)
    waiting = /** @type {any} */ (setTimeout(() => {
      element.classList.add("is-waiting")
      set(element, "aria-busy", "true")
    }, WAITING_MS))
  }
  document.addEventListener("mg-asked", onAsked)

  element.addEventListener("mg-chosen", (event) => {
    awaited = /** @type {CustomEvent} */ (event).detail.id
  })
  const onBack = () => {
    isLookedFor = true
  }
  document.addEventListener("mg-back", onBack)

  /** @param {MouseEvent} event */
  function onClick(event) {
    // What was clicked in a menu may be gone from it by now.
    for (const menu of menus) if (menu.open && !event.composedPath().includes(menu)) menu.open = false
  }
  document.addEventListener("click", onClick)

  return {
    update,
    /** What was chosen before the last choice is late. @param {string} id */
    chosen(id) {
      if (awaited && id !== awaited) return
      awaited = ""
      if (id !== chosen) show(id)
    },
    remove() {
      measured.disconnect()
      document.removeEventListener("keydown", onKey)
      document.removeEventListener("mg-asked", onAsked)
      document.removeEventListener("mg-back", onBack)
      document.removeEventListener("click", onClick)
    },
  }
}

/** @param {HTMLDetailsElement} menu */
function closesByEscape(menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return
    menu.open = false
    menu.querySelector("summary")?.focus()
  })
}

/**
 * @param {{text: string, field: string, value: string, before?: string, name?: string}} chip
 * @param {(message: object) => void} send
 */
function chipElement(chip, send) {
  return h("li", {}, h("button", {
    type: "button", class: "chip", "aria-label": `Remove ${chip.text}`,
    onclick: () => send(question({do: "drop", field: chip.field, value: chip.value})),
  }, chip.name ? h("span", {}, chip.before, h("i", {}, chip.name)) : h("span", {}, chip.text), h("span", {class: "cross", "aria-hidden": "true"}, "×")))
}

/**
 * What was probably meant by a mistyped word, as a question that is its own answer.
 * @param {{text: string, count: string}} meant
 * @param {(message: object) => void} send
 */
function meaning(meant, send) {
  return ["Did you mean ", h("button", {type: "button", onclick: () => send(question({do: "meant"}))}, meant.text), `? (${meant.count})`]
}

/**
 * @param {{text: string, steps: {text: string, field: string, value: string}[], command?: string}} notice
 * @param {(message: object) => void} send
 */
function nothing(notice, send) {
  const steps = notice.steps.map((step) => h("button", {
    type: "button", onclick: () => send(question({do: "drop", field: step.field, value: step.value})),
  }, step.text))
  return [
    h("p", {class: "nothing-text"}, notice.text),
    notice.command ? h("pre", {}, h("code", {}, notice.command)) : null,
    steps.length ? h("div", {class: "steps"}, ...steps) : null,
  ].filter((part) => part !== null)
}
