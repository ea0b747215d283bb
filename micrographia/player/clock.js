/** Playback: which frame comes next, and when. A frame is never skipped: the clock waits for its data. */

/**
 * The frame after this one.
 * @param {number} at
 * @param {number} count
 * @param {"loop"|"bounce"|"once"} way
 * @param {1|-1} direction
 * @returns {{at: number, direction: 1|-1}|null} null at the end
 */
export function following(at, count, way, direction) {
  const next = at + direction;
  if (next >= 0 && next < count) return { at: next, direction };
  if (count < 2 || way === "once") return null;
  if (way === "loop") return { at: direction > 0 ? 0 : count - 1, direction };
  return { at: at - direction, direction: direction > 0 ? -1 : 1 };
}

/** The next `many` frames in the order in which they will be played. */
export function upcoming(at, count, way, direction, many) {
  const frames = [];
  let step = { at, direction };
  while (frames.length < Math.min(many, count - 1)) {
    step = following(step.at, count, way, step.direction);
    if (!step) break;
    if (step.at !== at && !frames.includes(step.at)) frames.push(step.at);
  }
  return frames;
}

export class Clock {
  /**
   * @param {object} parts
   * @param {(axis: "t"|"z", at: number) => void} parts.onFrame shows a frame
   * @param {(axis: "t"|"z", at: number) => boolean} parts.isReady whether a frame could be shown now
   * @param {(axis: "t"|"z"|null) => void} parts.onChange playing began or ended
   * @param {() => {t: number, z: number, sizes: {t: number, z: number}, fps: number, play: string}} parts.facts
   * @param {(callback: (now: number) => void) => number} [parts.request]
   * @param {(handle: number) => void} [parts.cancel]
   */
  constructor({ onFrame, isReady, onChange, facts, request, cancel }) {
    Object.assign(this, { onFrame, isReady, onChange, facts });
    this.request = request ?? ((callback) => requestAnimationFrame(callback));
    this.cancel = cancel ?? ((handle) => cancelAnimationFrame(handle));
    this.axis = null;
    this.direction = 1;
    this.handle = 0;
    this.due = 0;
    this.waitingSince = 0;
  }

  /** @param {"t"|"z"} axis */
  start(axis) {
    const { sizes, play, ...at } = this.facts();
    if (sizes[axis] < 2) return;
    this.stop();
    this.axis = axis;
    this.direction = 1;
    this.due = 0;
    if (play === "once" && at[axis] >= sizes[axis] - 1) this.onFrame(axis, 0);
    this.onChange(axis);
    this.handle = this.request((now) => this.tick(now));
  }

  stop() {
    if (!this.axis) return;
    this.cancel(this.handle);
    this.axis = null;
    this.waitingSince = 0;
    this.onChange(null);
  }

  tick(now) {
    if (!this.axis) return;
    const { sizes, fps, play, ...at } = this.facts();
    this.due ||= now + 1000 / fps;
    if (now >= this.due - 2) {
      const next = following(at[this.axis], sizes[this.axis], play, this.direction);
      if (!next) return this.stop();
      if (this.isReady(this.axis, next.at)) {
        this.direction = next.direction;
        this.due = Math.max(this.due + 1000 / fps, now + 500 / fps);
        this.waitingSince = 0;
        this.onFrame(this.axis, next.at);
      } else this.waitingSince ||= now;
    }
    if (this.axis) this.handle = this.request((then) => this.tick(then));
  }
}
