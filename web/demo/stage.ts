/** The picture with what lies over it, and the box that a person draws on it. */

import type { Box } from "dbd-mobile";
import { drawn, moved, type Point, resized, type Size, tapped } from "./box.js";

// Of the screen's height, so that the page can be scrolled beside the picture.
const HIGHEST = 70;
// A shorter stroke, in pixels of the screen, is a tap.
const SHORTEST_STROKE = 6;
const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export interface StageElements {
  readonly stage: HTMLElement;
  readonly overlay: HTMLCanvasElement;
  readonly divider: HTMLElement;
  readonly divide: HTMLInputElement;
  readonly box: HTMLElement;
  readonly subject: HTMLElement;
}

interface Stroke {
  readonly pointer: number;
  readonly from: Point;
  readonly screen: Point;
  readonly before: Box | null;
}

export class Stage {
  readonly #elements: StageElements;
  readonly #onBox: (isSettled: boolean) => void;
  #size: Size | null = null;
  #box: Box | null = null;
  #stroke: Stroke | null = null;

  /** @param onBox is told of every change by a person; settled when more will not follow at once */
  constructor(elements: StageElements, onBox: (isSettled: boolean) => void) {
    this.#elements = elements;
    this.#onBox = onBox;
    const { stage, divide } = elements;
    stage.addEventListener("pointerdown", (event) => this.#press(event));
    stage.addEventListener("pointermove", (event) => this.#drag(event));
    stage.addEventListener("pointerup", (event) => this.#release(event));
    stage.addEventListener("pointercancel", (event) => this.#giveUp(event.pointerId));
    stage.addEventListener("keydown", (event) => this.#key(event));
    divide.addEventListener("input", () => this.#divide());
    this.#divide();
  }

  /** The box in the picture's pixels; null for none. */
  get box(): Box | null {
    return this.#box;
  }

  set box(box: Box | null) {
    this.#box = box;
    this.#showBox();
  }

  /** Whether the picture has this size. */
  isOf(size: Size): boolean {
    return this.#size?.width === size.width && this.#size.height === size.height;
  }

  /** Give the picture's size in its own pixels; the box goes. */
  resize(size: Size): void {
    this.#size = size;
    this.#box = this.#stroke = null;
    const { stage } = this.#elements;
    stage.style.aspectRatio = `${size.width} / ${size.height}`;
    stage.style.width = `min(100%, ${(HIGHEST * size.width) / size.height}vh)`;
    this.#showBox();
  }

  /** Outline the subject that was found; null for none. */
  showSubject(box: Box | null): void {
    place(this.#elements.subject, box, this.#size);
  }

  /** Take the box away, or give up the stroke that is being drawn. */
  takeAway(): void {
    if (this.#stroke) {
      this.#giveUp(this.#stroke.pointer);
    } else if (this.#box) {
      this.box = null;
      this.#onBox(true);
    }
  }

  #showBox(): void {
    place(this.#elements.box, this.#box, this.#size);
    if (!this.#size) return;
    const { width, height } = this.#size;
    const where = this.#box
      ? `the box is ${this.#box.width} by ${this.#box.height}, at ${this.#box.x}, ${this.#box.y}`
      : "no box is drawn";
    this.#elements.stage.ariaLabel = `The picture, ${width} by ${height} pixels; ${where}`;
  }

  #divide(): void {
    const { overlay, divider, divide } = this.#elements;
    overlay.style.clipPath = `inset(0 0 0 ${divide.value}%)`;
    divider.style.left = `${divide.value}%`;
    divider.hidden = divide.value === "0" || divide.value === "100";
  }

  #press(event: PointerEvent): void {
    if (this.#stroke || event.button !== 0 || !this.#size) return;
    event.preventDefault();
    const { stage } = this.#elements;
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    this.#stroke = {
      pointer: event.pointerId,
      from: this.#placeOf(event, this.#size),
      screen: { x: event.clientX, y: event.clientY },
      before: this.#box,
    };
  }

  #drag(event: PointerEvent): void {
    if (event.pointerId !== this.#stroke?.pointer || !this.#size || !isLong(this.#stroke, event)) {
      return;
    }
    this.box = drawn(this.#stroke.from, this.#placeOf(event, this.#size), this.#size);
    this.#onBox(false);
  }

  #release(event: PointerEvent): void {
    if (event.pointerId !== this.#stroke?.pointer || !this.#size) return;
    const at = this.#placeOf(event, this.#size);
    this.box = isLong(this.#stroke, event)
      ? drawn(this.#stroke.from, at, this.#size)
      : tapped(at, this.#size);
    this.#stroke = null;
    this.#onBox(true);
  }

  #giveUp(pointer: number): void {
    if (pointer !== this.#stroke?.pointer) return;
    this.box = this.#stroke.before;
    this.#stroke = null;
    this.#onBox(true);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.#size) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const [across, down] = arrow;
      if (!this.#box) {
        this.box = tapped({ x: this.#size.width / 2, y: this.#size.height / 2 }, this.#size);
      } else {
        const change = event.shiftKey ? resized : moved;
        this.box = change(this.#box, across, down, this.#size);
      }
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.takeAway();
      return;
    } else {
      return;
    }
    event.preventDefault();
    this.#onBox(false);
  }

  #placeOf(event: PointerEvent, size: Size): Point {
    const shown = this.#elements.stage.getBoundingClientRect();
    return {
      x: ((event.clientX - shown.left) / shown.width) * size.width,
      y: ((event.clientY - shown.top) / shown.height) * size.height,
    };
  }
}

function isLong(stroke: Stroke, event: PointerEvent): boolean {
  const { x, y } = stroke.screen;
  return Math.hypot(event.clientX - x, event.clientY - y) >= SHORTEST_STROKE;
}

function place(outline: HTMLElement, box: Box | null, size: Size | null): void {
  outline.hidden = !box || !size;
  if (!box || !size) return;
  outline.style.left = `${(100 * box.x) / size.width}%`;
  outline.style.top = `${(100 * box.y) / size.height}%`;
  outline.style.width = `${(100 * box.width) / size.width}%`;
  outline.style.height = `${(100 * box.height) / size.height}%`;
}
