/** What is under the pointer: its place, and raw samples; never those of a preview. */

import { positionText, sampleText } from "./readout.js";
import { imagePoint } from "./viewport.js";

const ASKED_MS = 70;

export class Pointing {
  /**
   * @param {object} parts
   * @param {object} parts.manifest
   * @param {import("./pictures.js").Pictures} parts.pictures
   * @param {(text: string, values: (number|number[]|null)[]|null) => void} parts.onReading
   */
  constructor({ manifest, pictures, onReading }) {
    Object.assign(this, { manifest, pictures, onReading });
    this.point = null;
    this.timer = 0;
    this.asking = null;
  }

  /**
   * Reads again, after the pointer or the picture moved.
   * @param {import("./planner.js").Scene} scene
   * @param {{x: number, y: number}|null} point on the stage; null when it has left
   * @param {boolean} canAsk whether to ask the server for what is not known here
   */
  read(scene, point, canAsk) {
    this.point = point;
    this.close();
    const place = point ? this.place(scene) : null;
    if (!place) return this.onReading("", null);
    const known = this.pictures.valuesHere(scene, place.x, place.y);
    this.tell(scene, place, known);
    if (!known && canAsk) this.timer = setTimeout(() => this.ask(scene, place), ASKED_MS);
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  /** The pixel of the full-size image, or null outside of it. */
  place({ viewport, stage }) {
    const at = imagePoint(viewport, this.point, stage);
    const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
    const { sizes } = this.manifest;
    return x >= 0 && y >= 0 && x < sizes.x && y < sizes.y ? { x, y } : null;
  }

  async ask(scene, place) {
    this.asking = new AbortController();
    try {
      this.tell(scene, place, await this.pictures.askValues(scene, place.x, place.y, this.asking.signal));
    } catch {
      // Without an answer there is no value to show; the picture itself tells of trouble.
    }
  }

  tell({ shown }, { x, y }, values) {
    const known = shown.shown.map((index) => values?.[index]).filter((value) => value !== null && value !== undefined);
    const words = known.map((value) => (Array.isArray(value) ? `RGB ${value.map(sampleText).join(" ")}` : sampleText(value)));
    const samples = this.manifest.labels && words.length ? `label ${words.join(" · ")}` : words.join(" · ");
    const position = positionText(x, y, this.manifest.pixel_size_um);
    this.onReading(samples ? `${position} — ${samples}` : position, values);
  }
}
