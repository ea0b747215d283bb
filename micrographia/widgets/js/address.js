// What the page has outside its own places: the address bar, the search box, day or night, the connection.

import {emptyState, mergedQuery} from "../player.js"
import {settled} from "./dom.js"
import {answerOf, isCurrent, question, whenReady} from "./place.js"

const TYPING_MS = 180
// Browsers refuse more than about 100 changes of the address in 30 s; a drag makes more than that.
const DISPLAY_MS = 300

/** @param {{model: any, el: HTMLElement}} panel */
export function render({model}) {
  const box = /** @type {HTMLInputElement|null} */ (document.querySelector('input[type="search"][name="q"]'))
  const send = (/** @type {object} */ message) => whenReady(() => model.send_msg(message))
  followConnection()
  const undo = [followHistory(model, send), followTheme(send)]
  if (box) undo.push(followSearchBox(box, model, send))
  model.on("remove", () => undo.forEach((act) => act()))
}

/** Say when the server is gone: nothing on the page would answer any more. */
function followConnection() {
  const notice = /** @type {HTMLElement|null} */ (document.querySelector(".lost"))
  if (!notice) return
  notice.querySelector("button")?.addEventListener("click", () => location.reload())
  for (const open of /** @type {any} */ (window).Bokeh?.documents ?? []) {
    open.on_event("connection_lost", () => {
      notice.hidden = false
    })
  }
}

/**
 * A search makes a step in the history, a change of the display does not. An image that is chosen makes its step at
 * once, so that Back leaves the image however long the server takes.
 * @param {any} model
 * @param {(message: object) => void} send
 */
function followHistory(model, send) {
  let here = location.search
  let isOwed = false
  const replaceLater = settled((/** @type {string} */ search) => go("replaceState", search), DISPLAY_MS)

  /** @param {"pushState"|"replaceState"} way @param {string} search */
  function go(way, search) {
    here = search
    history[way](null, "", place(search))
  }

  function onAddress() {
    const answer = answerOf(model)
    const {search, push, title} = answer
    isOwed ||= Boolean(push)
    // Late: the address is where the visitor went since; the step is made by the answer that comes instead.
    if (!isCurrent(answer)) return
    const isStep = isOwed
    isOwed = false
    if (title) document.title = title
    replaceLater.cancel()
    if (typeof search !== "string" || search === location.search) return
    if (isStep) go("pushState", search)
    else replaceLater(search)
  }

  function onPopState() {
    // A step to a place on this page, as the link past the filters makes one, is no step back.
    if (location.search === here) return
    here = location.search
    isOwed = false
    replaceLater.cancel()
    document.dispatchEvent(new CustomEvent("mg-back"))
    send(question({do: "go", search: location.search}))
  }

  /** @param {Event} event */
  function onChosen(event) {
    const {id, byKey} = /** @type {CustomEvent} */ (event).detail
    if (byKey || new URLSearchParams(location.search).get("image") === id) return
    replaceLater.cancel()
    go("pushState", chosenSearch(location.search, id))
  }

  model.on("told", onAddress)
  window.addEventListener("popstate", onPopState)
  document.addEventListener("mg-chosen", onChosen)
  return () => {
    window.removeEventListener("popstate", onPopState)
    document.removeEventListener("mg-chosen", onChosen)
  }
}

/**
 * The search with another image chosen, shown as it comes.
 * @param {string} search
 * @param {string} id
 */
export function chosenSearch(search, id) {
  const query = new URLSearchParams(mergedQuery(search, emptyState()))
  query.set("image", id)
  return `?${query}`
}

/** @param {string} search */
function place(search) {
  return `${location.pathname}${search}${location.hash}`
}

/** @param {(message: object) => void} send */
function followTheme(send) {
  const media = matchMedia("(prefers-color-scheme: dark)")
  const tell = () => {
    const theme = document.documentElement.dataset.theme
    send({do: "theme", dark: theme ? theme === "dark" : media.matches})
  }
  const observer = new MutationObserver(tell)
  observer.observe(document.documentElement, {attributes: true, attributeFilter: ["data-theme"]})
  media.addEventListener("change", tell)
  tell()
  return () => {
    observer.disconnect()
    media.removeEventListener("change", tell)
  }
}

/**
 * Search as you type; the words of one visit to the box are one step in the history.
 * @param {HTMLInputElement} box
 * @param {any} model
 * @param {(message: object) => void} send
 */
function followSearchBox(box, model, send) {
  let isNew = true
  let sent = box.value

  function ask() {
    if (box.value === sent) return
    sent = box.value
    send(question({do: "text", text: box.value, push: isNew}))
    isNew = false
  }
  const askLater = settled(ask, TYPING_MS)

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault()
    askLater.cancel()
    ask()
    isNew = true
  }
  /** A suggested value is chosen beside what is chosen already; a suggested image is shown. @param {Event} event */
  function onSuggested(event) {
    const {kind, field, value, rest = ""} = /** @type {CustomEvent} */ (event).detail
    event.preventDefault()
    askLater.cancel()
    if (kind === "image") {
      send({do: "choose", id: value})
      document.querySelector(".results")?.dispatchEvent(new CustomEvent("mg-chosen", {bubbles: true, detail: {id: value, byKey: false}}))
    } else {
      box.value = sent = rest
      send(question({do: "suggested", field, value, text: rest, push: isNew}))
    }
    isNew = true
  }
  const onBlur = () => {
    isNew = true
  }
  // Back, and removing the words as a filter, change the box; what was typed and is still to be sent is left alone.
  const onAnswer = () => {
    const {text = "", asked} = answerOf(model)
    if (sent !== box.value) return
    if (asked >= Number(document.documentElement.dataset.asked ?? 0)) box.value = sent = text
  }

  box.addEventListener("input", askLater)
  box.form?.addEventListener("submit", onSubmit)
  box.form?.addEventListener("mg-suggested", onSuggested)
  box.addEventListener("blur", onBlur)
  model.on("told", onAnswer)
  ask()
  return () => {
    box.removeEventListener("input", askLater)
    box.form?.removeEventListener("submit", onSubmit)
    box.form?.removeEventListener("mg-suggested", onSuggested)
    box.removeEventListener("blur", onBlur)
  }
}
