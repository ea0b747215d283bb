// What is known of the chosen image: a quiet list of facts; every term is a link to its search.

import {h, say, set} from "./dom.js"
import {component, question} from "./place.js"

export const render = component("details", drawDetails)

/**
 * @param {HTMLElement} element
 * @param {(message: object) => void} send
 */
export function drawDetails(element, send) {
  /** @param {any} answer */
  function update(answer) {
    element.hidden = !answer.id
    nameImage(answer)
    if (!answer.id) return
    element.replaceChildren(
      h("header", {class: "details-head"},
        h("h2", {}, answer.title),
        answer.organism ? h("p", {class: "organism"}, h("i", {}, answer.organism)) : null,
        answer.description ? h("p", {class: "description"}, answer.description) : null,
        h("p", {class: "ways"}, ...answer.links.map((/** @type {any} */ link) => h("a", {href: link.href, class: "button", "data-view": true}, link.text)))),
      ...answer.groups.map(group),
    )
  }

  /** @param {any} part */
  function group(part) {
    return h("section", {class: "known"}, h("h3", {}, part.label),
      h("dl", {}, ...part.facts.flatMap((/** @type {any} */ fact) => [h("dt", {}, fact.label), h("dd", {}, ...between(fact.values.map((/** @type {any} */ value) => term(fact, value))))])))
  }

  /** @param {any} fact @param {any} value */
  function term(fact, value) {
    const text = fact.italic ? h("i", {}, value.text) : value.text
    if (!value.href) return h("span", {}, text)
    const link = h("a", {href: value.href, title: value.id ?? null}, text)
    if (fact.field) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        send(question({do: "only", field: fact.field, value: value.value}))
      })
    }
    return link
  }

  return {update}
}

/** The bar above the image, where the page has one: its name, and the way to its record. @param {any} answer */
function nameImage(answer) {
  const bar = document.querySelector(".image-bar")
  const name = bar?.querySelector(".image-name")
  const link = /** @type {HTMLAnchorElement|null|undefined} */ (bar?.querySelector(".open-record"))
  if (!bar || !name || !link) return
  const way = answer.links?.[0]
  bar.classList.toggle("is-empty", !answer.id)
  say(name, answer.title ?? "")
  set(name, "title", answer.title)
  link.hidden = !way
  if (way) set(link, "href", way.href)
}

/** @param {Node[]} parts */
function between(parts) {
  return parts.flatMap((part, index) => (index ? [", ", part] : [part]))
}
