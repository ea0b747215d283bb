// Suggestions under a search box: values with their field and count, fields, and images, as one types; and what was
// searched for before, which only this browser knows.

const DELAY_MS = 90
const KEPT = 8
const SHOWN = 5
const STORE = "micrographia.searches"

/**
 * @typedef {{kind: string, label: string, value: string, field?: string, field_label?: string, count?: number,
 *   url?: string, rest?: string, synonym?: string}} Suggestion
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
    const before = searchedBefore(kept(), box.value)
    if (box.value.trim().length < 2) return show(before)
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(box.value)}`, {signal: asked.signal})
      if (answer.ok) show([...before.filter(({kind}) => kind === "before"), ...(await answer.json()).suggestions])
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
  const keep = () => store(withSearch(kept(), box.value))

  const take = (/** @type {Suggestion} */ suggestion) => {
    if (suggestion.kind === "clear") {
      store([])
      close()
    } else if (suggestion.kind === "field") {
      box.value = `${suggestion.rest ? `${suggestion.rest} ` : ""}${suggestion.value}`
      ask()
    } else if (suggestion.kind === "before") {
      box.value = suggestion.value
      form.requestSubmit()
    } else {
      close()
      // A page that shows results takes a value itself; everywhere else it is a way to them.
      const event = new CustomEvent("mg-suggested", {cancelable: true, detail: suggestion})
      if (form.dispatchEvent(event)) location.assign(suggestion.url ?? "")
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(ask, DELAY_MS)
  })
  box.addEventListener("keydown", (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key]
    if (step && list.hidden) {
      event.preventDefault()
      ask()
    } else if (step && found.length) {
      event.preventDefault()
      choose(((chosen + 1 + step + found.length + 1) % (found.length + 1)) - 1)
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault()
      take(found[chosen])
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault()
      close()
    }
  })
  form.addEventListener("submit", () => {
    keep()
    close()
  })
  list.addEventListener("pointerdown", (event) => event.preventDefault())
  list.addEventListener("click", (event) => {
    const item = /** @type {Element} */ (event.target).closest("li")
    const at = item ? [...list.children].indexOf(item) : -1
    if (at >= 0) take(found[at])
  })
  // Where results follow what is typed, nothing is ever submitted.
  box.addEventListener("change", keep)
  box.addEventListener("click", () => {
    if (!box.value && list.hidden) show(searchedBefore(kept(), ""))
  })
  box.addEventListener("blur", close)
}

/**
 * The searches with one more, the newest first, each once.
 * @param {string[]} searches
 * @param {string} text
 */
export function withSearch(searches, text) {
  const said = text.trim().slice(0, 200)
  if (said.length < 2) return searches
  return [said, ...searches.filter((other) => other.toLowerCase() !== said.toLowerCase())].slice(0, KEPT)
}

/**
 * The searches made before that what is typed may become, and the way to forget all of them.
 * @param {string[]} searches
 * @param {string} typed
 * @returns {Suggestion[]}
 */
export function searchedBefore(searches, typed) {
  const start = typed.trim().toLowerCase()
  const fitting = searches.filter((text) => text.toLowerCase().startsWith(start) && text.toLowerCase() !== start)
  const shown = fitting.slice(0, start ? 2 : SHOWN).map((text) => ({kind: "before", label: text, value: text}))
  return shown.length && !start ? [...shown, {kind: "clear", label: "Forget these searches", value: ""}] : shown
}

/** @returns {string[]} */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "[]")
    return Array.isArray(found) ? found.filter((text) => typeof text === "string").slice(0, KEPT) : []
  } catch {
    return []
  }
}

/** @param {string[]} searches */
function store(searches) {
  try {
    if (searches.length) localStorage.setItem(STORE, JSON.stringify(searches))
    else localStorage.removeItem(STORE)
  } catch {
    // A browser without storage forgets; nothing else changes.
  }
}

/** @param {Suggestion} suggestion */
function noteOf(suggestion) {
  const notes = {image: "image", before: "searched before", clear: "", field: `field · ${suggestion.count}`}
  const said = suggestion.synonym ? `${suggestion.synonym} · ` : ""
  return notes[suggestion.kind] ?? `${said}${suggestion.field_label} · ${suggestion.count}`
}

/** @param {Suggestion} suggestion @param {string} id */
function option(suggestion, id) {
  const item = document.createElement("li")
  const label = document.createElement(suggestion.kind === "value" && suggestion.field === "organism" ? "i" : "span")
  const note = document.createElement("small")
  label.textContent = suggestion.kind === "field" ? `${suggestion.value} …` : suggestion.label
  note.textContent = noteOf(suggestion)
  item.id = id
  item.className = `is-${suggestion.kind}`
  item.setAttribute("role", "option")
  item.setAttribute("aria-selected", "false")
  item.append(label, note)
  return item
}
