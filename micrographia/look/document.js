// Documents: puts the player where the page keeps a place for a picture.

for (const place of document.querySelectorAll(".mg-player[data-player]")) start(/** @type {HTMLElement} */ (place))

/** @param {HTMLElement} place */
async function start(place) {
  const {carryView, mount, readAddress} = await import(place.dataset.player ?? "")
  const {manifest, state, address, autoplay, chrome} = place.dataset
  const poster = place.querySelector("img")?.src
  place.addEventListener("mg:painted", () => (place.dataset.painted = "true"), {once: true})
  if (address === "true") carryView(readAddress(location.search).state)
  const onState = address === "true" ? carryView : undefined
  mount(place, {manifest, state, address: address === "true", autoplay: isSaving() ? null : autoplay || null, chrome, poster, onState})
}

/** Whether the visitor has asked for little data: then nothing plays by itself. */
function isSaving() {
  return Boolean(/** @type {any} */ (navigator).connection?.saveData)
}
