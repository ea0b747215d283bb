// The tray: images that a visitor keeps across searches, known to this browser alone. A button with `data-tray` keeps
// the image of that id or takes it out; the top bar shows how many there are, and leads to a page with their ids.

export const LIMIT = 500
const ID_LIMIT = 300
const NOTE_MS = 10_000

/**
 * The ids with one more at their end, or without it; a full tray takes no more.
 * @param {string[]} ids
 * @param {string} id
 */
export function toggled(ids, id) {
  if (ids.includes(id)) return ids.filter((other) => other !== id)
  return ids.length < LIMIT ? [...ids, id] : ids
}

/**
 * The ids that a browser kept, whatever it kept.
 * @param {string|null} text
 * @returns {string[]}
 */
export function understood(text) {
  try {
    const found = JSON.parse(text ?? "[]")
    const ids = Array.isArray(found) ? found.filter((id) => typeof id === "string" && id && id.length <= ID_LIMIT) : []
    return [...new Set(ids)].slice(0, LIMIT)
  } catch {
    return []
  }
}

/**
 * The address of the page that shows those images.
 * @param {string} path
 * @param {string[]} ids
 */
export function trayAddress(path, ids) {
  const said = ids.map((id) => `id=${encodeURIComponent(id).replaceAll("%3A", ":")}`)
  return said.length ? `${path}?${said.join("&")}` : path
}

/** Keep the tray of this page's site: its count, its buttons, its page. */
export function startTray() {
  const link = /** @type {HTMLAnchorElement|null} */ (document.querySelector(".tray-link"))
  if (!link) return
  const path = link.pathname
  // Sites of one host that lie under different paths have different trays.
  const name = `micrographia${path}`
  let ids = read(name)
  const say = noteAtTheFoot()
  const asked = new URLSearchParams(location.search).getAll("id")
  const isTray = Boolean(document.querySelector(".tray-page"))
  if (isTray && !asked.length && ids.length) location.replace(trayAddress(path, ids))
  // A page with the visitor's own images follows the tray; one from someone else stays as it came.
  const isOwn = isTray && asked.length === ids.length && asked.every((id) => ids.includes(id))

  function show() {
    const kept = new Set(ids)
    link.href = trayAddress(path, ids)
    link.setAttribute("aria-label", `Tray, ${ids.length} ${ids.length === 1 ? "image" : "images"}`)
    ;/** @type {Element} */ (link.querySelector(".tray-count")).textContent = ids.length ? String(ids.length) : ""
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("button[data-tray]"))) {
      button.hidden = false
      button.setAttribute("aria-pressed", String(kept.has(button.dataset.tray ?? "")))
    }
    const offered = {clear: isOwn && ids.length, forget: isOwn && here().length < ids.length, keep: !isOwn && here().some((id) => !kept.has(id))}
    for (const [act, isOffered] of Object.entries(offered)) {
      const button = /** @type {HTMLElement|null} */ (document.querySelector(`[data-tray-do="${act}"]`))
      if (button) button.hidden = !isOffered
    }
  }

  /** @param {string[]} now */
  function put(now) {
    const focused = document.activeElement
    ids = now
    write(name, ids)
    show()
    if (isOwn) follow(focused)
  }

  /** @param {string[]} now @param {string} said */
  function change(now, said) {
    const before = ids
    put(now)
    say(said, () => put(before))
  }

  /** The page as it is now; who worked by keys goes on at the image that took the place. @param {Element|null} focused */
  async function follow(focused) {
    const address = trayAddress(path, ids)
    history.replaceState(null, "", address)
    const answer = await fetch(address)
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".tray-page")
    // What was changed meanwhile asks for a page of its own.
    if (!made || address !== trayAddress(path, ids)) return
    const page = document.querySelector(".tray-page")
    const isWithin = Boolean(page?.contains(focused))
    const at = buttonsOf(page).indexOf(/** @type {HTMLElement} */ (focused))
    page?.replaceWith(made)
    show()
    const buttons = buttonsOf(made)
    const next = at < 0 ? null : buttons[Math.min(at, buttons.length - 1)]
    const undo = /** @type {HTMLElement|null} */ (document.querySelector(".tray-note button"))
    if (isWithin) (next ?? undo ?? document.getElementById("content"))?.focus({preventScroll: true})
  }

  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest?.("button[data-tray], button[data-tray-do]")
    if (!(button instanceof HTMLElement)) return
    const {tray, trayDo} = button.dataset
    if (trayDo === "clear") change([], "The tray is empty.")
    else if (trayDo === "forget") change(here(), "Taken out of the tray.")
    else if (trayDo === "keep") change([...new Set([...ids, ...here()])].slice(0, LIMIT), "Kept in the tray.")
    else {
      const now = toggled(ids, tray ?? "")
      if (now === ids) say(`The tray holds at most ${LIMIT} images. Take some out first.`)
      else change(now, now.length > ids.length ? "Kept in the tray." : "Taken out of the tray.")
    }
  })
  document.addEventListener("mg-said", (event) => {
    const {text, undo} = /** @type {CustomEvent} */ (event).detail
    say(text, undo)
  })
  // Results come and go; their new buttons ask what they are to show.
  document.addEventListener("mg-tray", show)
  window.addEventListener("storage", (event) => {
    if (event.key !== name) return
    ids = understood(event.newValue)
    show()
  })
  show()
}

/** The ids of the images on the page of a tray. @returns {string[]} */
function here() {
  const page = /** @type {HTMLElement|null} */ (document.querySelector(".tray-page"))
  return JSON.parse(page?.dataset.ids ?? "[]")
}

/** @param {Element|null} page @returns {HTMLElement[]} */
function buttonsOf(page) {
  return [...(page?.querySelectorAll("button[data-tray]") ?? [])].map((button) => /** @type {HTMLElement} */ (button))
}

/** A line at the foot of the page that says what was done, and can undo it; it goes by itself. */
function noteAtTheFoot() {
  const text = document.createElement("span")
  const undo = Object.assign(document.createElement("button"), {type: "button", textContent: "Undo"})
  const note = Object.assign(document.createElement("div"), {className: "tray-note"})
  note.setAttribute("role", "status")
  document.body.append(note)
  let act = () => {}
  let before = /** @type {Element|null} */ (null)
  let timer = 0
  const hide = () => note.replaceChildren()
  undo.addEventListener("click", () => {
    clearTimeout(timer)
    hide()
    const back = before?.isConnected && before !== document.body ? before : document.getElementById("content")
    if (back instanceof HTMLElement) back.focus({preventScroll: true})
    act()
  })
  const later = () => {
    clearTimeout(timer)
    timer = /** @type {any} */ (setTimeout(() => (note.matches(":hover, :focus-within") ? later() : hide()), NOTE_MS))
  }
  return (/** @type {string} */ said, /** @type {(() => void)|undefined} */ undoing) => {
    text.textContent = said
    before = document.activeElement
    act = undoing ?? act
    note.replaceChildren(text, ...(undoing ? [undo] : []))
    later()
  }
}

/** @param {string} name */
function read(name) {
  try {
    return understood(localStorage.getItem(name))
  } catch {
    return []
  }
}

/** @param {string} name @param {string[]} ids */
function write(name, ids) {
  try {
    localStorage.setItem(name, JSON.stringify(ids))
  } catch {
    // A browser without storage keeps the tray as long as the page.
  }
}
