// The facets: what the images found have in common, to choose from.

import {h, keep, remember, remembered, say, set, settled} from "./dom.js"
import {USUAL, arranged, arrangement, moved, pinned} from "./order.js"
import {component, question} from "./place.js"
import {range} from "./range.js"

/**
 * @typedef {{value: string, label: string, count: number, selected: boolean, key?: string, level?: number,
 *   path?: string[], hasMore?: boolean, isOpen?: boolean, isFound?: boolean}} Value
 * @typedef {{field: string, label: string, kind: string, italic: boolean, open: boolean, chosen: number,
 *   values: Value[], hasMore: boolean, find: string, all: boolean, isTree?: boolean, isFlat?: boolean, bins?: any[],
 *   low?: number, high?: number, between?: number[]|null}} Facet
 */

export const render = component("facets", drawFacets)

/**
 * @param {HTMLElement} element
 * @param {(message: object) => void} send
 */
export function drawFacets(element, send) {
  const opened = remembered("facets", {})
  let kept = arrangement(remembered("facet-order", USUAL))
  let facets = /** @type {Facet[]} */ ([])
  const title = h("h2", {tabindex: "-1"}, "Filters")
  const clear = h("button", {type: "button", class: "quiet", onclick: clearAll}, "Clear all")
  const arrange = h("button", {type: "button", class: "quiet", "aria-pressed": "false", onclick: () => arranging(!isArranging())}, "Arrange")
  const usual = h("button", {type: "button", class: "quiet", onclick: () => change(USUAL)}, "Usual order")
  const said = h("p", {class: "visually-hidden", "aria-live": "polite"})
  const note = h("p", {class: "hint", hidden: true}, "Counts include what lies below a term.")
  const list = h("div", {class: "facet-list"})
  element.replaceChildren(h("div", {class: "facets-head"}, title, clear, arrange, usual), note, list, said)

  /** @param {{facets: Facet[], isFiltered: boolean}} answer */
  function update(answer) {
    facets = answer.facets
    // What is put away loses the focus.
    if (!answer.isFiltered && document.activeElement === clear) title.focus()
    clear.hidden = !answer.isFiltered
    note.hidden = !facets.some((facet) => facet.isTree)
    draw()
  }

  function draw() {
    usual.hidden = !isArranging() || !(kept.pinned.length || kept.order.length)
    keep(list, arranged(facets, kept), (facet) => facet.field, create, (section, facet) => {
      ;/** @type {any} */ (section).mgFacet.update(facet)
    })
  }

  /** The search that was left is one press away, whatever is looked at in the meantime. */
  function clearAll() {
    const before = location.search
    const undo = () => {
      history.pushState(null, "", location.pathname + before)
      window.dispatchEvent(new PopStateEvent("popstate"))
    }
    send(question({do: "clear"}))
    document.dispatchEvent(new CustomEvent("mg-said", {detail: {text: "The search was cleared.", undo}}))
  }

  const isArranging = () => list.classList.contains("is-arranging")

  /** @param {boolean} now */
  function arranging(now) {
    list.classList.toggle("is-arranging", now)
    set(arrange, "aria-pressed", String(now))
    say(arrange, now ? "Done" : "Arrange")
    draw()
  }

  /** @param {import("./order.js").Arrangement} now */
  function change(now) {
    kept = now
    remember("facet-order", kept)
    draw()
  }

  /** @param {Facet} facet @param {number} to */
  function move(facet, to) {
    const shown = arranged(facets, kept)
    const handle = document.activeElement
    change(moved(kept, shown.map((one) => one.field), facet.field, to))
    // An element that is put elsewhere loses its focus.
    if (handle instanceof HTMLElement) handle.focus()
    say(said, `${facet.label} is ${place(facet) + 1} of ${facets.length}`)
  }

  /** @param {Facet} facet */
  function place(facet) {
    return arranged(facets, kept).findIndex((one) => one.field === facet.field)
  }

  /** What arranges one facet: a handle to drag or to press up and down on, and a pin. @param {Facet} facet */
  function tools(facet) {
    const handle = h("button", {type: "button", class: "handle", "aria-label": `Move ${facet.label}: press up or down`, title: "Drag, or press up or down"}, "↕")
    const pin = h("button", {type: "button", class: "pin", "aria-label": `Keep ${facet.label} at the top`, "aria-pressed": "false"}, "Pin")
    handle.addEventListener("keydown", (event) => {
      const step = {ArrowUp: -1, ArrowDown: 1}[event.key]
      if (!step) return
      event.preventDefault()
      event.stopPropagation()
      move(facet, place(facet) + step)
    })
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault()
      handle.focus()
      const follow = (/** @type {PointerEvent} */ at) => {
        const middles = [...list.children].map((child) => child.getBoundingClientRect()).map((box) => box.top + box.height / 2)
        const here = place(facet)
        const to = middles.filter((middle, i) => i !== here && middle < at.clientY).length
        if (to !== here) move(facet, to)
      }
      const end = () => {
        document.removeEventListener("pointermove", follow)
        list.classList.remove("is-dragging")
      }
      // The element moves while it is dragged, and would lose a capture with each move.
      list.classList.add("is-dragging")
      document.addEventListener("pointermove", follow)
      document.addEventListener("pointerup", end, {once: true})
      document.addEventListener("pointercancel", end, {once: true})
    })
    pin.addEventListener("click", () => {
      change(pinned(kept, facet.field))
      pin.focus()
    })
    return {element: h("span", {class: "arranging"}, pin, handle), pin}
  }

  /** @param {Facet} facet */
  function create(facet) {
    const id = `facet-${facet.field}`
    const badge = h("span", {class: "badge"})
    const head = h("button", {type: "button", class: "facet-name", "aria-controls": id}, h("span", {}, facet.label), badge)
    const none = h("button", {type: "button", class: "quiet none", "aria-label": `Clear ${facet.label}`}, "Clear")
    const own = tools(facet)
    const body = h("div", {id, class: "facet-body"})
    const choices = facet.kind === "number" ? range(facet, send) : terms(facet, send)
    body.append(...choices.elements)
    const section = h("section", {class: "facet", "data-field": facet.field, "aria-label": facet.label},
      h("h3", {}, head, none, own.element), body)
    head.addEventListener("click", () => {
      opened[facet.field] = head.getAttribute("aria-expanded") !== "true"
      remember("facets", opened)
      open(opened[facet.field])
    })
    none.addEventListener("click", () => send(question({do: "clear", field: facet.field})))

    let latest = facet
    let isDrawn = false

    /** What is closed is drawn when it is opened: of some forty facets most stay closed. @param {boolean} isOpen */
    function open(isOpen) {
      set(head, "aria-expanded", String(isOpen))
      body.hidden = !isOpen || isArranging()
      if (body.hidden || isDrawn) return
      isDrawn = true
      choices.update(latest)
    }

    Object.assign(section, {mgFacet: {
      /** @param {Facet} now */
      update(now) {
        latest = now
        isDrawn = false
        const isPinned = kept.pinned.includes(now.field)
        open(opened[now.field] ?? (now.open || isPinned))
        own.element.hidden = !isArranging()
        set(own.pin, "aria-pressed", String(isPinned))
        if (!now.chosen && document.activeElement === none) head.focus()
        none.hidden = !now.chosen || isArranging()
        say(badge, now.chosen ? String(now.chosen) : "")
        set(badge, "aria-label", now.chosen ? `${now.chosen} chosen` : null)
      },
    }})
    return section
  }

  return {update, remove: () => element.replaceChildren()}
}

/**
 * The values of a field, to tick; those of a tree can be opened for what lies below.
 * @param {Facet} facet
 * @param {(message: object) => void} send
 */
function terms(facet, send) {
  let all = false
  let isFlat = Boolean(remembered("facet-views", {})[facet.field])
  const expanded = /** @type {Set<string>} */ (new Set())
  const ask = () => send({do: "list", field: facet.field, find: find.value, all, flat: isFlat, expanded: [...expanded]})
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
  const view = h("button", {type: "button", class: "quiet view"})
  view.addEventListener("click", () => {
    isFlat = !isFlat
    remember("facet-views", {...remembered("facet-views", {}), [facet.field]: isFlat})
    ask()
  })
  const nothing = h("p", {class: "hint"}, "No such value.")
  const rest = h("p", {class: "hint"})
  list.addEventListener("keydown", (event) => walk(list, event))
  if (isFlat && facet.isTree) ask()

  /** @param {Value} value */
  function create(value) {
    const box = h("input", {type: "checkbox"})
    const label = h("span", {class: "value"}, facet.italic && value.value !== "~none" ? h("i", {}, value.label) : value.label)
    box.addEventListener("change", () => send(question({do: "toggle", field: facet.field, value: value.value})))
    const row = h("li", {}, h("label", {title: value.label}, box, label, h("span", {class: "count"})))
    if (value.key === undefined) return row
    const below = h("button", {type: "button", class: "unfold", "aria-label": `Below ${value.label}`})
    below.addEventListener("click", () => {
      const key = value.key ?? ""
      if (!expanded.delete(key)) expanded.add(key)
      ask()
    })
    row.prepend(below)
    row.style.setProperty("--level", String(Math.min(value.level ?? 0, 8)))
    set(row, "aria-level", (value.level ?? 0) + 1)
    const path = value.path ?? []
    if (path.length) set(/** @type {Element} */ (row.querySelector("label")), "title", [...path, value.label].join(" › "))
    if (value.isFound && path.length) label.append(h("small", {class: "path"}, shortened(path)))
    return row
  }

  /** @param {Element} row @param {Value} value */
  function refresh(row, value) {
    const box = /** @type {HTMLInputElement} */ (row.querySelector("input"))
    box.checked = value.selected
    row.classList.toggle("is-empty", value.count === 0)
    say(/** @type {Element} */ (row.querySelector(".count")), value.count.toLocaleString("en"))
    set(box, "aria-label", `${value.label}, ${value.count.toLocaleString("en")} ${value.count === 1 ? "image" : "images"}`)
    const below = /** @type {HTMLElement|null} */ (row.querySelector(".unfold"))
    if (!below) return
    below.style.visibility = value.hasMore ? "" : "hidden"
    set(below, "aria-expanded", String(Boolean(value.isOpen)))
  }

  return {
    elements: [find, list, nothing, rest, h("div", {class: "ways-on"}, more, view)],
    /** @param {Facet} now */
    update(now) {
      all = now.all
      list.classList.toggle("is-tree", Boolean(now.isTree && !now.isFlat))
      keep(list, now.values, (value) => (value.key === undefined ? value.value : `${value.isFound ? "found" : "tree"} ${value.key}`), create, refresh)
      find.hidden = !now.hasMore && !now.all && !find.value && !now.isTree
      nothing.hidden = now.values.length > 0
      rest.hidden = !now.hasMore || !(now.all || now.find)
      say(rest, `These are the ${now.values.length.toLocaleString("en")} most frequent. Find the others by their name.`)
      more.hidden = Boolean(find.value) || (!now.hasMore && !now.all)
      say(more, now.all ? "Show fewer" : "Show more")
      view.hidden = !now.isTree
      say(view, isFlat ? "As a tree" : "As a list")
    },
  }
}

/** Where a term stands, for a narrow column: its nearest two. @param {string[]} path */
export function shortened(path) {
  return (path.length > 2 ? "… › " : "") + path.slice(-2).join(" › ")
}

/**
 * Up and down step through the lines of a tree, right opens one or steps into it, left closes it or steps out.
 * @param {HTMLElement} list
 * @param {KeyboardEvent} event
 */
function walk(list, event) {
  const row = /** @type {HTMLElement} */ (event.target).closest("li")
  if (!row || !list.classList.contains("is-tree") || event.altKey || event.ctrlKey || event.metaKey) return
  const below = /** @type {HTMLElement|null} */ (row.querySelector(".unfold"))
  const hasMore = below && below.style.visibility !== "hidden"
  const isOpen = below?.getAttribute("aria-expanded") === "true"
  const level = (/** @type {Element|null} */ one) => Number(one?.getAttribute("aria-level"))
  let to = /** @type {Element|null} */ (null)
  if (event.key === "ArrowDown") to = row.nextElementSibling
  else if (event.key === "ArrowUp") to = row.previousElementSibling
  else if (event.key === "ArrowRight") to = isOpen ? row.nextElementSibling : null
  else if (event.key === "ArrowLeft") {
    to = isOpen ? null : row.previousElementSibling
    while (to && level(to) >= level(row)) to = to.previousElementSibling
  } else return
  event.preventDefault()
  event.stopPropagation()
  if ((event.key === "ArrowRight" && hasMore && !isOpen) || (event.key === "ArrowLeft" && isOpen)) below?.click()
  else /** @type {HTMLElement|null|undefined} */ (to?.querySelector("input"))?.focus()
}
