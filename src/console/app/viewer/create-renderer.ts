import { CanvasRenderer } from './canvas-renderer.js';
import type { Renderer } from './renderer.js';
import { WebglRenderer } from './webgl-renderer.js';

/** Names of programs that compute WebGL without a graphics processor. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let hasGraphics: boolean | undefined;

/**
 * By the graphics processor where there is one. WebGL that is computed by the processor reads each picture back and waits
 * for it: a plain canvas shows several times as many pictures then.
 */
export function createRenderer(canvas: HTMLCanvasElement): Renderer {
  hasGraphics ??= findGraphics();
  const gl = hasGraphics
    ? canvas.getContext('webgl2', { preserveDrawingBuffer: true, antialias: false, alpha: false })
    : null;
  return gl === null ? new CanvasRenderer(canvas) : new WebglRenderer(canvas, gl);
}

/** Asked on a canvas of its own, as one that had WebGL can never be a plain one. */
function findGraphics(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (gl === null) return false;
  const unmasked = gl.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL;
  const name = String(gl.getParameter(unmasked ?? gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !SOFTWARE.test(name);
}
