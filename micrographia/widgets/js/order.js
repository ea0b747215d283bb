// The order of the facets: the page's own, as this visitor has changed it.

/**
 * @typedef {{pinned: string[], order: string[]}} Arrangement
 */

/** @type {Arrangement} */
export const USUAL = {pinned: [], order: []}

/**
 * What this browser remembers as an arrangement, whatever it holds.
 * @param {any} kept
 * @returns {Arrangement}
 */
export function arrangement(kept) {
  const names = (/** @type {any} */ list) => (Array.isArray(list) ? [...new Set(list.filter((name) => typeof name === "string"))] : [])
  return {pinned: names(kept?.pinned), order: names(kept?.order)}
}

/**
 * The facets in the visitor's order: what is pinned first; a facet that is new to the order stays behind the one
 * that it usually follows.
 * @template {{field: string}} F
 * @param {F[]} facets
 * @param {Arrangement} kept
 * @returns {F[]}
 */
export function arranged(facets, {pinned, order}) {
  const names = facets.map((facet) => facet.field)
  const known = order.filter((name) => names.includes(name))
  const sorted = known.length ? known : [...names]
  names.forEach((name, at) => {
    if (!sorted.includes(name)) sorted.splice(sorted.indexOf(names[at - 1]) + 1, 0, name)
  })
  const first = pinned.filter((name) => names.includes(name))
  const final = [...first, ...sorted.filter((name) => !first.includes(name))]
  return final.map((name) => facets[names.indexOf(name)])
}

/**
 * The arrangement with a facet pinned to the top, or no longer.
 * @param {Arrangement} kept
 * @param {string} name
 * @returns {Arrangement}
 */
export function pinned(kept, name) {
  const others = kept.pinned.filter((one) => one !== name)
  return {...kept, pinned: others.length < kept.pinned.length ? others : [...kept.pinned, name]}
}

/**
 * The arrangement with a facet moved to another place, counted from 0, among those that are shown now. Pinned ones
 * stay above the others.
 * @param {Arrangement} kept
 * @param {string[]} shown
 * @param {string} name
 * @param {number} to
 * @returns {Arrangement}
 */
export function moved(kept, shown, name, to) {
  const isPinned = kept.pinned.includes(name)
  const count = shown.filter((one) => kept.pinned.includes(one)).length
  const [least, most] = isPinned ? [0, count - 1] : [count, shown.length - 1]
  const others = shown.filter((one) => one !== name)
  others.splice(Math.min(Math.max(to, least), most), 0, name)
  const away = (/** @type {string[]} */ list) => list.filter((one) => !shown.includes(one))
  const isTop = (/** @type {string} */ one) => kept.pinned.includes(one)
  return {
    pinned: [...others.filter(isTop), ...away(kept.pinned)],
    order: [...others.filter((one) => !isTop(one)), ...away(kept.order), ...others.filter(isTop)],
  }
}
