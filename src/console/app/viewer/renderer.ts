/** What draws the plane of a frame with a colour map on a canvas. */
import type { Colouring } from '../core/colour-words.js';
import type { LiveFrame } from '../core/live-frame.js';
import type { Affine } from '../core/view-geometry.js';

export interface Drawing extends Colouring {
  readonly frame: LiveFrame;
  /** From pixels of the full image to pixels of the canvas. */
  readonly placement: Affine;
}

export interface Renderer {
  readonly kind: 'webgl2' | 'canvas';
  draw(drawing: Drawing): void;
  clear(): void;
  destroy(): void;
}

/** Around the picture: red, green, blue. */
export const GROUND = [12, 13, 14] as const;
