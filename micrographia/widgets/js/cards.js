// Results as cards: square pictures with a title. One tab stop; arrow keys go from card to card.

import {filmButton, groupButton, h, keep, mark, set, titleOf, trayButton} from "./dom.js"

/**
 * @param {(id: string) => void} pick
 * @param {(id: string) => void} open
 * @param {(name: string) => void} openGroup
 */
export function cards(pick, open, openGroup) {
  const list = h("ul", {class: "hits", "aria-label": "Images"})
  let isAll = true

  /** @param {any} card */
  function create(card) {
    const picture = card.thumbnail ? h("img", {src: card.thumbnail, alt: "", loading: "lazy", decoding: "async", width: "256", height: "256"}) : null
    picture?.addEventListener("error", () => frame.classList.add("is-broken"), {once: true})
    const marks = card.marks.length ? h("span", {class: "dims"}, ...card.marks.map((/** @type {any} */ mark) => h("span", {title: mark.title}, mark.text))) : null
    const frame = h("span", {class: card.thumbnail ? "shot" : "shot is-broken"}, picture, marks)
    const link = h("a", {href: card.href, "data-id": card.id, "data-strip": card.strip, "data-axis": card.axis, tabindex: "-1"}, frame,
      h("span", {class: "card-title"}),
      h("span", {class: "why"}),
      h("span", {class: "card-line"}, card.organism ? h("i", {}, card.organism) : null, card.licence ? h("span", {class: "licence"}, card.licence) : null))
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
      event.preventDefault()
      pick(card.id)
    })
    link.addEventListener("dblclick", () => open(card.id))
    link.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !link.getAttribute("aria-current")) return
      // The click that follows would choose the image once more, and its step in the history stop the way to the page.
      event.preventDefault()
      open(card.id)
    })
    return h("li", {class: card.group ? "is-group" : null}, link, card.strip ? filmButton(card) : null, trayButton(card), card.group ? groupButton(card, isAll, openGroup) : null)
  }

  /** The same card may be found by other words. @param {Element} item @param {any} card */
  function show(item, card) {
    mark(/** @type {Element} */ (item.querySelector(".card-title")), titleOf(card))
    mark(/** @type {Element} */ (item.querySelector(".why")), card.why ?? [])
  }

  /** @param {string} id @returns {HTMLElement|null} */
  const linkOf = (id) => list.querySelector(`a[data-id="${CSS.escape(id)}"]`)

  return {
    element: list,
    /** @param {any} answer */
    update(answer) {
      isAll = answer.isAll
      list.classList.toggle("is-unpictured", answer.images.every((/** @type {any} */ card) => !card.thumbnail))
      keep(list, answer.images, (card) => `${card.id} ${card.thumbnail} ${card.group ? `${card.group.size} ${isAll}` : ""}`, create, show)
      document.dispatchEvent(new CustomEvent("mg-tray"))
    },
    /** @param {string} id */
    choose(id) {
      const links = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("a[data-id]")])
      const hit = links.find((link) => link.dataset.id === id)
      for (const link of links) {
        set(link, "aria-current", link === hit ? "true" : null)
        set(link, "tabindex", link === (hit ?? links[0]) ? "0" : "-1")
        link.parentElement?.querySelectorAll("button").forEach((button) => set(button, "tabindex", link === (hit ?? links[0]) ? "0" : "-1"))
      }
    },
    /** @param {string} id */
    find(id) {
      linkOf(id)?.scrollIntoView({block: "nearest"})
    },
    /** @param {string} id */
    focus(id) {
      linkOf(id)?.focus({preventScroll: true})
      linkOf(id)?.scrollIntoView({block: "nearest"})
    },
    /** @param {string} key */
    step(key) {
      return {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(list), ArrowDown: columns(list), Home: -1, End: 1}[key] ?? 0
    },
  }
}

/** How many cards stand side by side. @param {HTMLElement} list */
function columns(list) {
  return getComputedStyle(list).gridTemplateColumns.split(" ").length
}
