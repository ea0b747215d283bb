/** Says what changed, to those who cannot see it. */

import { make } from "./elements.js";

const WAIT_MS = 350;

export function announcer() {
  const element = make("div", { class: "unseen", "aria-live": "polite", role: "status" });
  let timer = 0;
  return {
    element,
    /** The newest sentence is said once nothing has changed for a moment. */
    say(sentence) {
      clearTimeout(timer);
      timer = setTimeout(() => (element.textContent = sentence), WAIT_MS);
    },
    close: () => clearTimeout(timer),
  };
}
