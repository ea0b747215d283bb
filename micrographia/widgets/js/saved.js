// The list of searches that a visitor keeps under names.

export const LIMIT = 100
export const NAME_LIMIT = 120
const SEARCH_LIMIT = 8000

/**
 * @typedef {{name: string, search: string}} Saved
 */

/**
 * The searches that a browser kept, whatever it kept.
 * @param {any} kept
 * @returns {Saved[]}
 */
export function understood(kept) {
  const isText = (/** @type {any} */ text, /** @type {number} */ limit) => typeof text === "string" && text.length <= limit
  // What is no search would lead off the page.
  const isSearch = (/** @type {any} */ text) => isText(text, SEARCH_LIMIT) && (!text || text.startsWith("?"))
  const list = Array.isArray(kept) ? kept.filter((one) => isText(one?.name, NAME_LIMIT) && clean(one.name) && isSearch(one.search)) : []
  return list.slice(0, LIMIT).map(({name, search}) => ({name, search}))
}

/**
 * What of an address is the search: neither the chosen image nor the page of the results.
 * @param {string} search the address without how the image is shown
 */
export function searchOf(search) {
  const query = new URLSearchParams(search)
  for (const name of ["image", "page"]) query.delete(name)
  const text = query.toString()
  return text ? `?${text}` : ""
}

/**
 * The list with a search under a name, first; the same search is kept once, and a full list loses its oldest.
 * @param {Saved[]} list
 * @param {Saved} one
 */
export function withSearch(list, one) {
  return [one, ...list.filter((other) => other.search !== one.search)].slice(0, LIMIT)
}

/**
 * The list with another name for a search; a name of blanks changes nothing.
 * @param {Saved[]} list
 * @param {string} search
 * @param {string} name
 */
export function renamed(list, search, name) {
  const said = clean(name)
  return said ? list.map((one) => (one.search === search ? {...one, name: said} : one)) : list
}

/**
 * A name for a search that has none yet: what it finds, without how many.
 * @param {string} sentence
 */
export function nameOf(sentence) {
  const said = clean(sentence.replace(/^[\d,]+ /, ""))
  return said.charAt(0).toUpperCase() + said.slice(1)
}

/** @param {string} name */
export function clean(name) {
  return name.replace(/\s+/g, " ").trim().slice(0, NAME_LIMIT)
}
