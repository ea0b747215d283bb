// Films: the picture of a card runs through its slices or its moments while it is pointed at or has the keyboard's
// focus. A finger opens the image, so it has a button of its own on the picture; so has whoever wants little motion or
// little data, for whom nothing plays unasked. The frames stand side by side in one strip, fetched when it is to play.

const REST_MS = 250
const FRAME_MS = 90
const FILM = "a[data-strip]"

/**
 * Which frame is shown at a step. A film begins with the first moment; a stack with the middle slice, which its still
 * picture resembles. Time only runs forwards; through a stack it goes to and fro.
 * @param {number} step
 * @param {number} frames
 * @param {string} axis
 */
export function frameAt(step, frames, axis) {
  if (axis !== "z") return step % frames
  const round = 2 * (frames - 1)
  const at = (Math.floor(frames / 2) + step) % round
  return at < frames ? at : round - at
}

/**
 * How a strip lies behind a square so that one frame covers it, as the still picture does, in percent.
 * @param {number} at the frame
 * @param {number} frames how many stand side by side
 * @param {number} aspect width of a frame by its height
 * @returns {{width: number, height: number, left: number}} the size of the strip, and its CSS position
 */
export function covering(at, frames, aspect) {
  const wide = Math.max(1, aspect)
  return {
    width: 100 * frames * wide,
    height: 100 * Math.max(1, 1 / aspect),
    left: (100 * (at * wide + (wide - 1) / 2)) / (frames * wide - 1),
  }
}

/** Let the cards of this page play, also those that come later. */
export function startFilms() {
  const still = matchMedia("(prefers-reduced-motion: reduce)")
  const isSaving = Boolean(/** @type {any} */ (navigator).connection?.saveData)
  let playing = /** @type {{link: HTMLElement, end: () => void}|null} */ (null)
  const offer = () => document.documentElement.classList.toggle("plays-when-asked", still.matches || isSaving)
  offer()
  still.addEventListener("change", offer)

  function stop() {
    playing?.end()
    playing = null
  }

  /** @param {HTMLElement} link @param {HTMLElement|null} button what it was asked with */
  function start(link, button) {
    stop()
    playing = {link, end: play(link, button)}
  }

  /** @param {Event} event */
  function onHere(event) {
    const link = filmOf(event)
    if (!link || still.matches || isSaving) return
    // A finger that scrolls or opens the image asks for no film; neither does the focus that it leaves.
    if (event instanceof PointerEvent ? event.pointerType === "touch" || isWithin(link, event) : !link.matches(":focus-visible")) return
    if (playing?.link !== link) start(link, null)
  }

  /** @param {PointerEvent|FocusEvent} event */
  function onGone(event) {
    const link = filmOf(event)
    // What was asked for with the button goes on until it is pressed again.
    if (link && playing?.link === link && !isWithin(link, event) && !buttonOf(link)?.matches("[aria-pressed=true]")) stop()
  }

  document.addEventListener("pointerover", onHere)
  document.addEventListener("focusin", onHere)
  document.addEventListener("pointerout", onGone)
  document.addEventListener("focusout", onGone)
  document.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest?.(".film-button") ?? null)
    const link = /** @type {HTMLElement|null|undefined} */ (button?.parentElement?.querySelector(FILM))
    if (!button || !link) return
    if (button.getAttribute("aria-pressed") === "true") stop()
    else start(link, button)
  })
}

/** @param {Event} event @returns {HTMLElement|null} */
function filmOf(event) {
  return /** @type {Element} */ (event.target).closest?.(FILM) ?? null
}

/** @param {HTMLElement} link @param {PointerEvent|FocusEvent} event */
function isWithin(link, event) {
  return link.contains(/** @type {Node|null} */ (event.relatedTarget))
}

/** @param {HTMLElement} link @returns {HTMLElement|null|undefined} */
function buttonOf(link) {
  return link.parentElement?.querySelector(".film-button")
}

/**
 * Play a card's film; unasked only if the visitor stays.
 * @param {HTMLElement} link
 * @param {HTMLElement|null} button
 * @returns {() => void} ends it
 */
function play(link, button) {
  let timer = 0
  let isOver = false
  const film = document.createElement("span")
  film.className = "film"
  button?.setAttribute("aria-pressed", "true")
  button?.removeAttribute("data-failed")

  async function begin() {
    if (!button) await new Promise((done) => setTimeout(done, REST_MS))
    if (isOver) return
    button?.setAttribute("aria-busy", "true")
    const strip = await stripOf(link.dataset.strip ?? "")
    button?.removeAttribute("aria-busy")
    if (isOver) return
    if (!strip) {
      button?.setAttribute("data-failed", "")
      end()
      return
    }
    film.style.backgroundImage = `url("${strip.address}")`
    let step = 0
    const show = () => {
      if (!link.isConnected) return end()
      const {width, height, left} = covering(frameAt(step++, strip.frames, link.dataset.axis ?? ""), strip.frames, strip.aspect)
      film.style.backgroundSize = `${width}% ${height}%`
      film.style.backgroundPosition = `${left}% 50%`
    }
    show()
    // Below the marks, which stay.
    link.querySelector("img")?.after(film)
    timer = /** @type {any} */ (setInterval(show, FRAME_MS))
  }

  function end() {
    isOver = true
    clearInterval(timer)
    film.remove()
    button?.setAttribute("aria-pressed", "false")
    button?.removeAttribute("aria-busy")
  }

  begin()
  return end
}

/**
 * A strip, ready to be shown; null when there is none or it cannot be had.
 * @param {string} address
 */
async function stripOf(address) {
  try {
    const answer = await fetch(address)
    const frames = answer.ok ? Number(answer.headers.get("X-Frames")) : 0
    if (frames < 2) return null
    await answer.blob()
    // The browser has it now: the address never changes what it stands for.
    const picture = new Image()
    picture.src = address
    await picture.decode()
    return {address, frames, aspect: picture.naturalWidth / frames / picture.naturalHeight}
  } catch {
    return null
  }
}
