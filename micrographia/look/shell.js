// The shell of every page: day or night, "/" to the search box, the menu on narrow screens, suggestions, the tray,
// films, copying.

import {startFilms} from "./films.js"
import {suggest} from "./suggestions.js"
import {startTray} from "./tray.js"

const root = document.documentElement
const night = matchMedia("(prefers-color-scheme: dark)")

root.classList.add("js")
themeButton()
menuButton()
startTray()
startFilms()
document.addEventListener("keydown", slash)
document.addEventListener("click", copyText)
printButton()
document.querySelectorAll("form.search[data-suggest]").forEach((form) => suggest(/** @type {HTMLFormElement} */ (form)))

/** Whether the page is dark now. */
function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : night.matches
}

function themeButton() {
  const button = /** @type {HTMLButtonElement|null} */ (document.querySelector(".theme-button"))
  if (!button) return
  button.hidden = false
  const show = () => button.setAttribute("aria-pressed", String(isDark()))
  button.addEventListener("click", () => {
    setTheme(isDark() ? "light" : "dark")
    show()
  })
  night.addEventListener("change", show)
  // Another window of the same site may have changed it.
  window.addEventListener("storage", (event) => {
    if (event.key !== "micrographia.theme") return
    if (event.newValue) root.dataset.theme = event.newValue
    else delete root.dataset.theme
    show()
  })
  show()
}

/** @param {"dark"|"light"} theme */
function setTheme(theme) {
  root.dataset.theme = theme
  try {
    localStorage.setItem("micrographia.theme", theme)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

function menuButton() {
  const button = /** @type {HTMLButtonElement|null} */ (document.querySelector(".menu-button"))
  const menu = document.getElementById("menu")
  if (!button || !menu) return
  button.hidden = false
  const show = (/** @type {boolean} */ open) => {
    menu.classList.toggle("open", open)
    button.setAttribute("aria-expanded", String(open))
  }
  button.addEventListener("click", () => show(!menu.classList.contains("open")))
  document.addEventListener("click", (event) => {
    const target = /** @type {Node} */ (event.target)
    if (!menu.contains(target) && !button.contains(target)) show(false)
  })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.classList.contains("open")) return
    show(false)
    button.focus()
  })
}

function printButton() {
  const button = /** @type {HTMLButtonElement|null} */ (document.querySelector("[data-print]"))
  if (!button) return
  button.hidden = false
  button.addEventListener("click", () => print())
}

/** @param {KeyboardEvent} event */
function slash(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return
  const box = /** @type {HTMLInputElement|null} */ (document.querySelector('form.search input[name="q"]'))
  if (!box) return
  event.preventDefault()
  box.focus()
  box.select()
}

/** @param {Event} event */
function isTyping(event) {
  const element = /** @type {HTMLElement} */ (event.composedPath()[0])
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName ?? "")
}

/**
 * A button with `data-copy` copies the text of the element that it names, or the address of what is seen.
 * @param {Event} event
 */
async function copyText(event) {
  const button = /** @type {Element} */ (event.target).closest?.("[data-copy]")
  if (!(button instanceof HTMLElement)) return
  const source = button.dataset.copy === "address" ? null : document.querySelector(button.dataset.copy ?? "")
  const label = (button.dataset.label ??= button.textContent ?? "")
  button.textContent = (await copied(source?.textContent ?? location.href, source)) ? "Copied" : "Press Ctrl+C"
  setTimeout(() => (button.textContent = label), 2000)
}

/** @param {string} text @param {Element|null} source */
async function copied(text, source) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Without permission (or without https) the text is marked, ready to be copied by hand.
    if (source) getSelection()?.selectAllChildren(source)
    return false
  }
}
