// Documents: puts the player where the page keeps a place for a picture.

for (const place of document.querySelectorAll(".mg-player[data-player]")) start(/** @type {HTMLElement} */ (place))

/** @param {HTMLElement} place */
async function start(place) {
  const {manifest, state, address, autoplay, chrome} = place.dataset
  const ready = import(place.dataset.player ?? "")
  // The picture that came with the page is seen first, and the page with it; then the player takes its place.
  await painted()
  if (autoplay) await idle()
  const {carryView, mount, readAddress} = await ready
  const poster = place.querySelector("img")?.src
  place.addEventListener("mg:painted", () => (place.dataset.painted = "true"), {once: true})
  if (address === "true") carryView(readAddress(location.search).state)
  const onState = address === "true" ? carryView : undefined
  mount(place, {manifest, state, address: address === "true", autoplay: isSaving() ? null : autoplay || null, chrome, poster, onState})
}

/** When the page has been painted once. */
function painted() {
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
}

/** When the browser has nothing else to do, or after a second. */
function idle() {
  return new Promise((done) => ("requestIdleCallback" in window ? requestIdleCallback(done, {timeout: 1000}) : setTimeout(done)))
}

/** Whether the visitor has asked for little data: then nothing plays by itself. */
function isSaving() {
  return Boolean(/** @type {any} */ (navigator).connection?.saveData)
}
