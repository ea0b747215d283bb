// The few lines every widget needs to make elements, and to keep a list of them in step with data.

/**
 * An element. Text only ever becomes text: nothing here parses HTML.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `class`, any attribute, `on<event>` listeners; null and false leave one out
 * @param {...(Node|string|number|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) set(element, name, value)
  element.append(...kept(children))
  return element
}

/**
 * An SVG element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes]
 * @param {...Node} children
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

/**
 * Set or remove one attribute or listener.
 * @param {Element} element
 * @param {string} name
 * @param {any} value
 */
export function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
  else if (value === null || value === undefined || value === false) element.removeAttribute(name)
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : String(value))
}

/**
 * Replace what an element shows, only where it differs, so that a live region speaks once.
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Show a text with what a search matched of it marked; only where that differs from what is shown.
 * @typedef {{text: string, hit: boolean}} Piece
 * @param {Element} element
 * @param {Piece[]} pieces
 */
export function mark(element, pieces) {
  const said = JSON.stringify(pieces)
  if (/** @type {any} */ (element).mgMarked === said) return
  Object.assign(element, {mgMarked: said})
  element.replaceChildren(...pieces.map((piece) => (piece.hit ? h("mark", {}, piece.text) : piece.text)))
}

/**
 * The pieces of a card's title, all of it when nothing is marked.
 * @param {{title: string, marked?: Piece[]}} card
 * @returns {Piece[]}
 */
export function titleOf(card) {
  return card.marked?.length ? card.marked : [{text: card.title, hit: false}]
}

/**
 * The button that keeps an image in the tray, or takes it out; what it does is the shell's.
 * @param {{id: string, title: string}} card
 */
export function trayButton(card) {
  return h("button", {type: "button", class: "tray-button", "data-tray": card.id, "aria-pressed": "false", "aria-label": `Keep in the tray: ${card.title}`, title: "Keep in the tray", tabindex: "-1"})
}

/**
 * The button that plays an image's film on its card; what it does is the shell's.
 * @param {{title: string, axis: string}} card
 */
export function filmButton(card) {
  const name = `Play its ${card.axis === "z" ? "slices" : "time points"}: ${card.title}`
  return h("button", {type: "button", class: "film-button", "aria-pressed": "false", "aria-label": name, tabindex: "-1"})
}

/**
 * What leads from the one card of a group to all of its images that were found.
 * @param {{group: {name: string, size: number}}} card
 * @param {boolean} isAll whether everything was found
 * @param {(name: string) => void} openGroup
 */
export function groupButton(card, isAll, openGroup) {
  const {name, label, size} = card.group
  return h("button", {type: "button", class: "quiet all-of-group", title: `Group: ${label}`, tabindex: "-1", onclick: () => openGroup(name)},
    isAll ? `All ${size} of this group` : `${size} found in this group`)
}

/**
 * Keep the children of `parent` in step with `items`: elements with the same key stay the same elements, with
 * their focus and their scroll position.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => Element} create
 * @param {(element: Element, item: T) => void} update
 */
export function keep(parent, items, key, create, update) {
  const known = new Map([...parent.children].map((child) => [/** @type {any} */ (child).mgKey, child]))
  let place = parent.firstElementChild
  for (const item of items) {
    const name = key(item)
    let element = known.get(name)
    known.delete(name)
    if (!element) {
      element = create(item)
      Object.assign(element, {mgKey: name})
    }
    update(element, item)
    if (element === place) place = place.nextElementSibling
    else parent.insertBefore(element, place)
  }
  for (const element of known.values()) element.remove()
}

/**
 * A function that waits until it has not been called for `ms` milliseconds.
 * @param {(...args: any[]) => void} act
 * @param {number} ms
 */
export function settled(act, ms) {
  let timer = 0
  /** @param {...any} args */
  const later = (...args) => {
    clearTimeout(timer)
    timer = /** @type {any} */ (setTimeout(() => act(...args), ms))
  }
  later.cancel = () => clearTimeout(timer)
  return later
}

/**
 * Do something once what was just changed is on the screen; at once where nothing is painted.
 * @param {() => void} act
 */
export function afterPaint(act) {
  if (document.hidden) act()
  else requestAnimationFrame(() => setTimeout(act))
}

/**
 * What this browser remembers under `name`; the fallback where it remembers nothing or something of another kind, or
 * may not.
 * @param {string} name
 * @param {any} fallback
 */
export function remembered(name, fallback) {
  try {
    const found = JSON.parse(localStorage.getItem(`micrographia.${name}`) ?? "null")
    return kind(found) === kind(fallback) ? found : fallback
  } catch {
    return fallback
  }
}

/**
 * Remember `value` in this browser; silently not, where storage is forbidden.
 * @param {string} name
 * @param {any} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(`micrographia.${name}`, JSON.stringify(value))
  } catch {
    // A browser without storage forgets; nothing else changes.
  }
}

/** @param {any} value */
function kind(value) {
  return Array.isArray(value) ? "list" : value === null ? "nothing" : typeof value
}

/** @param {any[]} children */
function kept(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== "")
}
