/** What leaves the player: a link, a picture, the whole screen. */

import { placeText, stampText } from "./captions.js";
import { figure, fileName, save } from "./figure.js";
import { mergedQuery, toUrl } from "./state.js";

/**
 * Copies the address of what is on the screen.
 * @param {import("./wishes.js").DisplayState} state
 * @param {boolean} isPage whether the page's own query stays in it
 * @returns {Promise<boolean>} false when it had to be shown for copying by hand
 */
export async function copyLink(state, isPage) {
  const query = isPage ? mergedQuery(location.search, state) : toUrl(state);
  const link = `${location.origin}${location.pathname}${query ? `?${query}` : ""}`;
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    globalThis.prompt?.("Copy this link", link);
    return false;
  }
}

/** The page's links that lead to the same image elsewhere (`a[data-view]`) lead to this view of it. */
export function carryView(state) {
  for (const link of document.querySelectorAll("a[data-view]")) {
    const address = new URL(link.href);
    address.search = mergedQuery(address.search, state);
    link.href = address.href;
  }
}

/** Saves the stage with everything a figure needs. @param {import("./planner.js").Scene} scene */
export async function savePicture(canvas, scene, bar) {
  const { manifest, shown } = scene;
  const isPlain = shown.colour || manifest.labels;
  const channels = isPlain ? [] : scene.channels.map((index, i) => ({ name: shown.channels[index].name, color: scene.looks[i].color }));
  const credit = [manifest.title, manifest.credit, manifest.licence].filter(Boolean).join(" · ");
  const picture = figure(canvas, { ratio: scene.ratio, bar, stamp: stampText(manifest, shown), channels, credit });
  await save(picture, fileName(manifest.id, placeText(manifest, shown)));
}

/** Into full screen, or out of it. @param {Element} host */
export async function toggleFullScreen(host) {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await host.requestFullscreen?.();
}
