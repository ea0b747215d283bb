// The menu of searches that a visitor keeps, known to this browser alone: saved, opened, renamed, deleted, put back.

import {emptyState, mergedQuery} from "../player.js"
import {h, remember, remembered, say} from "./dom.js"
import {NAME_LIMIT, clean, nameOf, renamed, searchOf, understood, withSearch} from "./saved.js"

/** @typedef {import("./saved.js").Saved} Saved */

/** The menu of the saved searches of this page. */
export function savedSearches() {
  const store = `searches ${location.pathname}`
  const name = /** @type {HTMLInputElement} */ (h("input", {type: "text", maxlength: NAME_LIMIT, "aria-label": "Name of this search", autocomplete: "off"}))
  const form = h("form", {class: "save-search"}, name, h("button", {type: "submit"}, "Save"))
  const known = h("p", {class: "hint", hidden: true})
  const none = h("p", {class: "hint"}, "No search is saved yet. What you save stays in this browser; no account is needed.")
  const list = h("ul")
  const note = h("p", {class: "undo", role: "status"})
  const element = /** @type {HTMLDetailsElement} */ (h("details", {class: "take saved"}, h("summary", {}, "Saved"), h("div", {class: "panel"}, form, known, none, list, note)))
  let sentence = ""

  const here = () => searchOf(mergedQuery(location.search, emptyState()))
  const read = () => understood(remembered(store, []))

  function show() {
    const saved = read()
    const same = saved.find((one) => one.search === here())
    form.hidden = Boolean(same)
    known.hidden = !same
    if (same) say(known, `This search is saved as “${same.name}”.`)
    none.hidden = saved.length > 0
    list.replaceChildren(...saved.map(row))
  }

  /** @param {Saved[]} now @param {string} said */
  function change(now, said) {
    const before = read()
    remember(store, now)
    show()
    const undo = h("button", {type: "button", class: "quiet"}, "Undo")
    undo.addEventListener("click", () => {
      remember(store, before)
      note.replaceChildren()
      show()
      element.querySelector("summary")?.focus()
    })
    note.replaceChildren(said, " ", undo)
  }

  /** @param {Saved} one */
  function row(one) {
    const link = h("a", {href: location.pathname + one.search}, one.name)
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      element.open = false
      // As a step in the history, from where the page takes it like any other.
      history.pushState(null, "", location.pathname + one.search)
      window.dispatchEvent(new PopStateEvent("popstate"))
    })
    const rename = h("button", {type: "button", class: "quiet", "aria-label": `Rename ${one.name}`, onclick: () => ask(item, one)}, "Rename")
    const away = h("button", {type: "button", class: "quiet", "aria-label": `Delete ${one.name}`}, "Delete")
    away.addEventListener("click", () => {
      change(read().filter((other) => other.search !== one.search), `“${one.name}” was deleted.`)
      note.querySelector("button")?.focus()
    })
    const item = h("li", {}, link, rename, away)
    return item
  }

  /** @param {HTMLElement} item @param {Saved} one */
  function ask(item, one) {
    const box = /** @type {HTMLInputElement} */ (h("input", {type: "text", maxlength: NAME_LIMIT, value: one.name, "aria-label": `New name of ${one.name}`}))
    const renaming = h("form", {class: "save-search"}, box, h("button", {type: "submit"}, "Rename"))
    renaming.addEventListener("submit", (event) => {
      event.preventDefault()
      change(renamed(read(), one.search, box.value), "The name was changed.")
      note.querySelector("button")?.focus()
    })
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return
      event.stopPropagation()
      show()
      element.querySelector("summary")?.focus()
    })
    item.replaceChildren(renaming)
    box.focus()
    box.select()
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const said = clean(name.value) || nameOf(sentence)
    change(withSearch(read(), {name: said, search: here()}), `Saved as “${said}”.`)
  })
  element.addEventListener("toggle", () => {
    if (!element.open) return
    note.replaceChildren()
    name.value = nameOf(sentence)
    show()
  })

  return {
    element,
    /** @param {string} plain what the search found, in words */
    update(plain) {
      sentence = plain
      // A name that is being typed is not taken away.
      if (element.open && !list.querySelector("form")) show()
    },
  }
}
