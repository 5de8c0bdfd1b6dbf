/** Draws the plane of a frame by WebGL2: one texture of values, one of colours. */
import { type ColormapName, colormapTable, OVER_COLOUR, UNDER_COLOUR } from '../core/colormaps.js';
import type { Scaling } from '../core/display-range.js';
import type { LiveFrame } from '../core/live-frame.js';
import { inverse, scaleOf } from '../core/view-geometry.js';
import { type Drawing, GROUND, type Renderer } from './renderer.js';

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
uniform int taps;
out vec4 colour;
ivec2 placeAt(vec2 screen) {
  vec2 image = vec2(dot(linearPart.xz, screen), dot(linearPart.yw, screen)) + shift;
  return ivec2(floor((image - origin.xy) / origin.z));
}
void main() {
  vec2 screen = vec2(gl_FragCoord.x, screenHeight - gl_FragCoord.y);
  ivec2 place = placeAt(screen);
  if (any(lessThan(place, ivec2(0))) || any(greaterThanEqual(place, planeSize))) {
    colour = vec4(ground, 1.0);
    return;
  }
  float sum = 0.0;
  for (int row = 0; row < taps; row += 1) {
    for (int column = 0; column < taps; column += 1) {
      vec2 part = (vec2(float(column), float(row)) + 0.5) / float(taps) - 0.5;
      sum += float(texelFetch(plane, clamp(placeAt(screen + part), ivec2(0), planeSize - 1), 0).r);
    }
  }
  float value = values.x + sum / float(taps * taps) / values.y;
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
const part = (colour: readonly number[]): [number, number, number] => [
  colour[0]! / 255,
  colour[1]! / 255,
  colour[2]! / 255,
];

export class WebglRenderer implements Renderer {
  readonly kind = 'webgl2';
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #plane: WebGLTexture;
  readonly #colours: WebGLTexture;
  #uploaded: LiveFrame | null = null;
  #map: ColormapName | null = null;
  readonly #places = new Map<string, WebGLUniformLocation | null>();

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
    const at = (name: string): WebGLUniformLocation | null => this.#placeOf(name);
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
    // pixels that are smaller than those of the screen are averaged, so that none is left out
    gl.uniform1i(at('taps'), scaleOf(placement) * image.factor < 1 ? 2 : 1);
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

  #placeOf(name: string): WebGLUniformLocation | null {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const place = this.#gl.getUniformLocation(this.#program, name);
    this.#places.set(name, place);
    return place;
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
