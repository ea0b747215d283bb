/** What the stage says when there is something to say: a failure with a way on, or that something takes its time. */

import { make } from "./elements.js";

const PATIENCE_MS = 1000;

/** @param {() => void} onRetry */
export function notice(onRetry) {
  const sentence = make("p");
  const retry = make("button", { type: "button", class: "retry", text: "Retry", on: { click: onRetry } });
  const card = make("div", { class: "notice over", role: "alert", hidden: true }, sentence, retry);
  const progress = make("div", { class: "progress", hidden: true });
  let since = 0;
  let timer = 0;
  return {
    card,
    progress,
    fail(text, canRetry = true) {
      sentence.textContent = text;
      retry.hidden = !canRetry;
      card.hidden = false;
    },
    clear() {
      card.hidden = true;
    },
    get failed() {
      return !card.hidden;
    },
    /** Tells after a second that something is awaited. @param {boolean} isBusy @param {() => string} words */
    wait(isBusy, words) {
      if (!isBusy) {
        clearInterval(timer);
        timer = since = 0;
        progress.hidden = true;
        return;
      }
      since ||= performance.now();
      timer ||= setInterval(() => {
        const seconds = (performance.now() - since) / 1000;
        progress.hidden = seconds * 1000 < PATIENCE_MS || !card.hidden;
        progress.textContent = `${words()} ${Math.floor(seconds)}\u2009s`;
      }, 200);
    },
    close: () => clearInterval(timer),
  };
}
