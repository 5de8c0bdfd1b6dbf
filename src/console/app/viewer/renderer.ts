/** Draws the plane of a frame with a colour map: by WebGL2, or by a plain canvas where that is missing. */
import { type ColormapName, colormapTable, OVER_COLOUR, UNDER_COLOUR } from '../core/colormaps.js';
import { type DisplayRange, placeInRange, type Scaling } from '../core/display-range.js';
import type { LiveFrame } from '../core/live-frame.js';
import { type Affine, inverse } from '../core/view-geometry.js';

export interface Drawing {
  readonly frame: LiveFrame;
  readonly range: DisplayRange;
  readonly scaling: Scaling;
  readonly colormap: ColormapName;
  /** Values outside of the range get colours of their own. */
  readonly marksOutside: boolean;
  /** From pixels of the full image to pixels of the canvas. */
  readonly placement: Affine;
}

export interface Renderer {
  readonly kind: 'webgl2' | 'canvas';
  draw(drawing: Drawing): void;
  clear(): void;
  destroy(): void;
}

export function createRenderer(canvas: HTMLCanvasElement): Renderer {
  const gl = canvas.getContext('webgl2', { preserveDrawingBuffer: true, antialias: false, alpha: false });
  return gl === null ? new CanvasRenderer(canvas) : new WebglRenderer(canvas, gl);
}

const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D plane;
uniform sampler2D colours;
uniform vec4 linearPart;
uniform vec2 shift;
uniform vec3 origin;
uniform float screenHeight;
uniform ivec2 planeSize;
uniform vec2 values;
uniform vec2 range;
uniform int scaling;
uniform bool marks;
uniform vec3 over;
uniform vec3 under;
uniform vec3 ground;
out vec4 colour;
void main() {
  vec2 screen = vec2(gl_FragCoord.x, screenHeight - gl_FragCoord.y);
  vec2 image = vec2(dot(linearPart.xz, screen), dot(linearPart.yw, screen)) + shift;
  ivec2 place = ivec2(floor((image - origin.xy) / origin.z));
  if (any(lessThan(place, ivec2(0))) || any(greaterThanEqual(place, planeSize))) {
    colour = vec4(ground, 1.0);
    return;
  }
  float value = values.x + float(texelFetch(plane, place, 0).r) / values.y;
  float t = (value - range.x) / max(range.y - range.x, 1e-12);
  if (t > 1.0 && marks) {
    colour = vec4(over, 1.0);
    return;
  }
  if (t < 0.0 && marks) {
    colour = vec4(under, 1.0);
    return;
  }
  t = clamp(t, 0.0, 1.0);
  if (scaling == 1) t = sqrt(t);
  if (scaling == 2) t = log(1.0 + t * 1000.0) / log(1001.0);
  colour = vec4(texelFetch(colours, ivec2(int(t * 255.0 + 0.5), 0), 0).rgb, 1.0);
}`;

const SCALINGS: Readonly<Record<Scaling, number>> = { linear: 0, sqrt: 1, log: 2 };
const GROUND = [12, 13, 14] as const;
const part = (colour: readonly number[]): [number, number, number] => [
  colour[0]! / 255,
  colour[1]! / 255,
  colour[2]! / 255,
];

class WebglRenderer implements Renderer {
  readonly kind = 'webgl2';
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #plane: WebGLTexture;
  readonly #colours: WebGLTexture;
  #uploaded: LiveFrame | null = null;
  #map: ColormapName | null = null;

  constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext) {
    this.#canvas = canvas;
    this.#gl = gl;
    this.#program = linkProgram(gl);
    this.#plane = makeTexture(gl);
    this.#colours = makeTexture(gl);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  draw({ frame, range, scaling, colormap, marksOutside, placement }: Drawing): void {
    const { image } = frame.header;
    if (image === null || frame.plane === null) {
      this.clear();
      return;
    }
    const gl = this.#gl;
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.useProgram(this.#program);
    this.#upload(frame);
    this.#chooseColours(colormap);
    const [a, b, c, d, e, f] = inverse(placement);
    const at = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(this.#program, name);
    gl.uniform1i(at('plane'), 0);
    gl.uniform1i(at('colours'), 1);
    gl.uniform4f(at('linearPart'), a, b, c, d);
    gl.uniform2f(at('shift'), e, f);
    gl.uniform3f(at('origin'), image.region[0], image.region[1], image.factor);
    gl.uniform1f(at('screenHeight'), this.#canvas.height);
    gl.uniform2i(at('planeSize'), image.plane.width, image.plane.height);
    gl.uniform2f(at('values'), image.plane.low, image.plane.scale);
    gl.uniform2f(at('range'), range.low, range.high);
    gl.uniform1i(at('scaling'), SCALINGS[scaling]);
    gl.uniform1i(at('marks'), marksOutside ? 1 : 0);
    gl.uniform3f(at('over'), ...part(OVER_COLOUR));
    gl.uniform3f(at('under'), ...part(UNDER_COLOUR));
    gl.uniform3f(at('ground'), ...part(GROUND));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  clear(): void {
    this.#gl.clearColor(...part(GROUND), 1);
    this.#gl.clear(this.#gl.COLOR_BUFFER_BIT);
  }

  destroy(): void {
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  #upload(frame: LiveFrame): void {
    if (this.#uploaded === frame) return;
    const gl = this.#gl;
    const { width, height, type } = frame.header.image!.plane;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#plane);
    const [inside, kind] = type === 'uint16' ? [gl.R16UI, gl.UNSIGNED_SHORT] : [gl.R8UI, gl.UNSIGNED_BYTE];
    gl.texImage2D(gl.TEXTURE_2D, 0, inside, width, height, 0, gl.RED_INTEGER, kind, frame.plane);
    this.#uploaded = frame;
  }

  #chooseColours(name: ColormapName): void {
    const gl = this.#gl;
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.#colours);
    if (this.#map === name) return;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colormapTable(name));
    this.#map = name;
  }
}

function linkProgram(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(`The image shader does not link: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}

function makeTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  return texture;
}

class CanvasRenderer implements Renderer {
  readonly kind = 'canvas';
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #buffer = document.createElement('canvas');

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false })!;
  }

  draw({ frame, range, scaling, colormap, marksOutside, placement }: Drawing): void {
    this.clear();
    const { image } = frame.header;
    if (image === null || frame.plane === null) return;
    const { width, height, low, scale } = image.plane;
    this.#buffer.width = width;
    this.#buffer.height = height;
    const pixels = new ImageData(width, height);
    const words = new Uint32Array(pixels.data.buffer);
    const colours = new Uint32Array(colormapTable(colormap).slice().buffer);
    const [over, under] = [packed(OVER_COLOUR), packed(UNDER_COLOUR)];
    for (let index = 0; index < words.length; index += 1) {
      const place = placeInRange(low + frame.plane[index]! / scale, range, scaling);
      if (marksOutside && place > 1) words[index] = over;
      else if (marksOutside && place < 0) words[index] = under;
      else words[index] = colours[Math.round(Math.min(1, Math.max(0, place)) * 255)]!;
    }
    this.#buffer.getContext('2d')!.putImageData(pixels, 0, 0);
    const context = this.#context;
    context.imageSmoothingEnabled = false;
    context.setTransform(...placement);
    const [left, top] = image.region;
    context.drawImage(this.#buffer, left, top, width * image.factor, height * image.factor);
    context.resetTransform();
  }

  clear(): void {
    this.#context.fillStyle = `rgb(${GROUND.join(' ')})`;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  destroy(): void {
    this.#buffer.width = 0;
  }
}

function packed(colour: readonly number[]): number {
  return (255 << 24) | (colour[2]! << 16) | (colour[1]! << 8) | colour[0]!;
}
