/** Draws the plane of a frame on a plain canvas: one look-up per pixel. */
import { colourWords } from '../core/colour-words.js';
import { scaleOf } from '../core/view-geometry.js';
import { type Drawing, GROUND, type Renderer } from './renderer.js';

export class CanvasRenderer implements Renderer {
  readonly kind = 'canvas';
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #buffer = document.createElement('canvas');
  readonly #bufferContext = this.#buffer.getContext('2d', { alpha: false, willReadFrequently: true })!;
  #pixels = new ImageData(1, 1);
  #words = new Uint32Array(this.#pixels.data.buffer);

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false })!;
  }

  draw(drawing: Drawing): void {
    this.clear();
    const { image } = drawing.frame.header;
    const { plane } = drawing.frame;
    if (image === null || plane === null) return;
    const { width, height } = image.plane;
    this.#resize(width, height);
    const colours = colourWords(image.plane, drawing);
    const words = this.#words;
    for (let index = 0; index < words.length; index += 1) words[index] = colours[plane[index]!]!;
    this.#bufferContext.putImageData(this.#pixels, 0, 0);
    const context = this.#context;
    context.setTransform(...drawing.placement);
    // pixels that are larger than those of the screen keep their edges; smaller ones are averaged, none is left out
    context.imageSmoothingEnabled = scaleOf(drawing.placement) * image.factor < 1;
    const [left, top] = image.region;
    context.drawImage(this.#buffer, left, top, width * image.factor, height * image.factor);
    context.resetTransform();
  }

  clear(): void {
    this.#context.fillStyle = `rgb(${GROUND.join(' ')})`;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  destroy(): void {
    this.#resize(1, 1);
  }

  /** The same memory serves all pictures of one size. */
  #resize(width: number, height: number): void {
    if (this.#pixels.width === width && this.#pixels.height === height) return;
    this.#buffer.width = width;
    this.#buffer.height = height;
    this.#pixels = new ImageData(width, height);
    this.#words = new Uint32Array(this.#pixels.data.buffer);
  }
}
