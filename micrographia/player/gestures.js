/**
 * Pointers, wheel and pinch on the stage, told as pans and zooms. One finger scrolls the page; a tap or a pinch gives
 * the stage the focus, and then a finger moves what is larger than the stage (see `.stage.near` in `player.css`).
 */

const DOUBLE_MS = 350;
const SCROLL_REST_MS = 350;

/**
 * @param {HTMLElement} stage
 * @param {object} tell
 * @param {(dx: number, dy: number) => void} tell.onPan
 * @param {(factor: number, point: {x: number, y: number}) => void} tell.onZoom
 * @param {(point: {x: number, y: number}) => void} tell.onDouble
 * @param {(point: {x: number, y: number}|null) => void} tell.onPoint
 * @param {() => void} tell.onEnd
 * @param {AbortSignal} signal ends all listening
 */
export function listen(stage, { onPan, onZoom, onDouble, onPoint, onEnd }, signal) {
  const pointers = new Map();
  let scrolled = 0;
  let tapped = { at: 0, x: 0, y: 0 };
  let travelled = 0;
  const on = (target, type, listener, more = {}) => target.addEventListener(type, listener, { signal, ...more });
  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  on(window, "scroll", () => (scrolled = performance.now()), { passive: true, capture: true });
  on(stage, "pointerdown", (event) => {
    if (event.target.closest("button, input, .over")) return;
    if (event.pointerType === "mouse" && event.button !== 0) return;
    if (event.pointerType === "mouse") event.preventDefault();
    pointers.set(event.pointerId, place(event));
    travelled = 0;
    if (event.pointerType === "mouse" || pointers.size === 2) stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    stage.classList.add("held");
  });
  // Not every browser takes the focus away when a finger taps beside what has it.
  on(window, "pointerdown", (event) => event.composedPath().includes(stage) || stage.blur());
  on(stage, "pointermove", (event) => {
    const to = place(event);
    const from = pointers.get(event.pointerId);
    if (event.pointerType !== "touch" || !from) onPoint(to);
    if (!from) return;
    if (pointers.size === 2) pinch(event.pointerId, from, to);
    else if (pointers.size === 1) {
      travelled += Math.hypot(to.x - from.x, to.y - from.y);
      onPan(to.x - from.x, to.y - from.y);
    }
    pointers.set(event.pointerId, to);
  });
  for (const type of ["pointerup", "pointercancel"])
    on(stage, type, (event) => {
      if (!pointers.delete(event.pointerId)) return;
      if (pointers.size === 0) stage.classList.remove("held");
      if (type === "pointerup" && travelled < 6 && pointers.size === 0) tap(event, place(event));
      onEnd();
    });
  on(stage, "pointerleave", (event) => event.pointerType !== "touch" && onPoint(null));
  on(stage, "wheel", (event) => {
    // Someone scrolling the page over the picture goes on scrolling.
    if (performance.now() - scrolled < SCROLL_REST_MS && !event.ctrlKey) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    onZoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.002)), place(event));
    onEnd();
  }, { passive: false });

  function pinch(moving, from, to) {
    const [, other] = [...pointers.entries()].find(([id]) => id !== moving);
    const before = Math.hypot(from.x - other.x, from.y - other.y);
    const after = Math.hypot(to.x - other.x, to.y - other.y);
    onPan((to.x - from.x) / 2, (to.y - from.y) / 2);
    if (before > 10) onZoom(after / before, { x: (to.x + other.x) / 2, y: (to.y + other.y) / 2 });
    travelled += 10;
  }

  function tap(event, point) {
    const now = performance.now();
    const near = Math.hypot(point.x - tapped.x, point.y - tapped.y) < 30;
    if (now - tapped.at < DOUBLE_MS && near) {
      onDouble(point);
      tapped = { at: 0, x: 0, y: 0 };
    } else tapped = { at: now, ...point };
    if (event.pointerType === "mouse") return;
    stage.focus({ preventScroll: true });
    onPoint(point);
  }
}
