// Suggestions under a search box: terms with their field and count, and images, as one types.

const DELAY_MS = 90

/**
 * @typedef {{kind: string, field: string, field_label: string, value: string, label: string, count: number,
 *   synonym?: string, url: string}} Suggestion
 */

/** Give a search form its suggestions; the form works without them. @param {HTMLFormElement} form */
export function suggest(form) {
  const box = /** @type {HTMLInputElement} */ (form.querySelector('input[name="q"]'))
  const list = document.createElement("ul")
  list.className = "suggestions"
  list.id = `suggestions-${document.querySelectorAll(".suggestions").length}`
  list.setAttribute("role", "listbox")
  list.setAttribute("aria-label", "Suggestions")
  list.hidden = true
  form.append(list)
  Object.entries({role: "combobox", "aria-controls": list.id, "aria-expanded": "false", "aria-autocomplete": "list"})
    .forEach(([name, value]) => box.setAttribute(name, value))

  let found = /** @type {Suggestion[]} */ ([])
  let chosen = -1
  let timer = 0
  let asked = new AbortController()

  const show = (/** @type {Suggestion[]} */ suggestions) => {
    found = suggestions
    list.replaceChildren(...suggestions.map((suggestion, i) => option(suggestion, `${list.id}-${i}`)))
    list.hidden = suggestions.length === 0
    box.setAttribute("aria-expanded", String(!list.hidden))
    choose(-1)
  }
  const choose = (/** @type {number} */ at) => {
    chosen = at
    ;[...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)))
    if (at >= 0) box.setAttribute("aria-activedescendant", `${list.id}-${at}`)
    else box.removeAttribute("aria-activedescendant")
  }
  const ask = async () => {
    asked.abort()
    asked = new AbortController()
    if (box.value.trim().length < 2) return show([])
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(box.value)}`, {signal: asked.signal})
      if (answer.ok) show((await answer.json()).suggestions)
    } catch (error) {
      // A newer question has taken its place, or the network is gone: the form still works.
      if (/** @type {Error} */ (error).name !== "AbortError") show([])
    }
  }

  const close = () => {
    clearTimeout(timer)
    asked.abort()
    show([])
  }

  box.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(ask, DELAY_MS)
  })
  box.addEventListener("keydown", (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
    if (step && found.length) {
      event.preventDefault()
      choose(((chosen + 1 + step + found.length + 1) % (found.length + 1)) - 1)
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault()
      location.assign(found[chosen].url)
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault()
      show([])
    }
  })
  form.addEventListener("submit", close)
  list.addEventListener("pointerdown", (event) => event.preventDefault())
  list.addEventListener("click", (event) => {
    const item = /** @type {Element} */ (event.target).closest("li")
    const at = item ? [...list.children].indexOf(item) : -1
    if (at >= 0) location.assign(found[at].url)
  })
  box.addEventListener("blur", close)
}

/** @param {Suggestion} suggestion @param {string} id */
function option(suggestion, id) {
  const item = document.createElement("li")
  const label = document.createElement(suggestion.field === "organism" ? "i" : "span")
  const note = document.createElement("small")
  label.textContent = suggestion.label
  note.textContent = suggestion.kind === "image" ? "image" : `${suggestion.field_label} · ${suggestion.count}`
  if (suggestion.synonym) note.textContent = `${suggestion.synonym} · ${note.textContent}`
  item.id = id
  item.setAttribute("role", "option")
  item.setAttribute("aria-selected", "false")
  item.append(label, note)
  return item
}
