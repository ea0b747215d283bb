// How a widget comes onto the page: the page keeps a place for it and shows the first answer there before
// Panel's scripts have arrived; the Panel component then takes the place over. Without a page (a notebook, a
// report) the widget draws in its own element.

import {afterPaint} from "./dom.js"

const READY_MS = 20

/**
 * @typedef {{update: (answer: any) => void, remove?: () => void}} View
 * @typedef {(element: HTMLElement, send: (message: object) => void) => View} Draw
 */

/**
 * The view in the place of that name, drawn once; `send` may be called before anyone listens, the messages wait.
 * @param {string} name
 * @param {Draw} draw
 * @param {HTMLElement} [otherwise] where to draw when the page keeps no place
 */
export function placed(name, draw, otherwise) {
  const element = document.querySelector(`[data-place="${name}"]`) ?? otherwise
  if (!element) return null
  const known = /** @type {any} */ (element).mgPlace
  if (known) return known
  const waiting = /** @type {object[]} */ ([])
  const place = {
    element,
    listener: /** @type {((message: object) => void) | null} */ (null),
    send: (/** @type {object} */ message) => (place.listener ? place.listener(message) : waiting.push(message)),
    listen: (/** @type {(message: object) => void} */ listener) => {
      whenReady(() => {
        place.listener = listener
        waiting.splice(0).forEach(listener)
      })
    },
    view: /** @type {any} */ (null),
  }
  place.view = draw(/** @type {HTMLElement} */ (element), (message) => place.send(message))
  Object.assign(element, {mgPlace: place})
  return place
}

/**
 * Act once the server counts this page as loaded: what it changes before, it does not send.
 * @param {() => void} act
 */
export function whenReady(act) {
  const documents = /** @type {any} */ (window).Bokeh?.documents ?? []
  if (documents.every((/** @type {any} */ one) => one.is_idle)) act()
  else setTimeout(() => whenReady(act), READY_MS)
}

/**
 * The `render` of a Panel component that shows what it is told and sends messages.
 * @param {string} name
 * @param {Draw} draw
 * @param {string[]} [also] further parameters; the view has a function of the same name for each
 */
export function component(name, draw, also = []) {
  /** @param {{model: any, el: HTMLElement}} panel */
  return ({model, el}) => {
    const place = placed(name, draw, el)
    if (!place) return
    place.listen((message) => model.send_msg(message))
    const show = () => {
      const answer = answerOf(model)
      if (Object.keys(answer).length && isCurrent(answer)) place.view.update(answer)
    }
    // What only follows the results does not keep them from being painted.
    model.on("told", () => (answerOf(model).follows ? afterPaint(show) : show()))
    for (const parameter of also) model.on(parameter, () => place.view[parameter](model[parameter]))
    model.on("remove", () => place.view.remove?.())
    show()
  }
}

/**
 * What a Panel component was told to show; nothing where the page shows it already.
 * @param {{told: string}} model
 */
export function answerOf(model) {
  return JSON.parse(model.told || "{}")
}

/**
 * Number a question, so that an answer to an older one can be told from the answer to this one.
 * @param {object} message
 */
export function question(message) {
  const root = document.documentElement
  const asked = Number(root.dataset.asked ?? 0) + 1
  root.dataset.asked = String(asked)
  document.dispatchEvent(new CustomEvent("mg-asked"))
  return {...message, asked}
}

/**
 * Whether an answer is to the newest question; an answer that carries no question always is.
 * @param {{asked?: number}} answer
 */
export function isCurrent(answer) {
  return answer.asked === undefined || answer.asked >= Number(document.documentElement.dataset.asked ?? 0)
}
