// @ts-check
/** Draws with WebGL2: 16-bit pixels and map in one shader, so that they cannot drift apart. */
import { colourTable } from "./colours.js";
import { FRAGMENT, VERTEX } from "./shaders.js";

/** @typedef {import("./image.js").Image} Image */
/** @typedef {import("./image.js").HeatMap} HeatMap */
/** @typedef {import("./viewport.js").Scene} Scene */

const UNIFORMS = ["pixels", "map", "colours", "canvasSize", "camera", "voi", "inverted", "mapShown", "placement", "opacity", "above"];

export class WebGlRenderer {
  name = "webgl2";
  /** @type {Image | null} */
  #image = null;
  /** @type {HeatMap | null} */
  #map = null;
  /** @type {Record<string, WebGLUniformLocation | null>} */
  #at = {};

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {WebGL2RenderingContext} gl
   */
  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    this.#prepare();
  }

  /**
   * @param {Image} image
   * @returns {boolean} Whether the graphics card takes an image of this size.
   */
  fits(image) {
    return Math.max(image.width, image.height) <= this.gl.getParameter(this.gl.MAX_TEXTURE_SIZE);
  }

  /** Make everything again after the graphics card lost it. */
  restore() {
    const [image, map] = [this.#image, this.#map];
    this.#image = null;
    this.#map = null;
    this.#prepare();
    if (image) this.#keep(image, map);
  }

  /**
   * Draw a scene, or nothing but black.
   * @param {Scene | null} scene
   */
  draw(scene) {
    const { gl, canvas } = this;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!scene) return;
    this.#keep(scene.image, scene.map);
    const at = this.#at;
    gl.uniform2f(at.canvasSize, canvas.width, canvas.height);
    gl.uniform3f(at.camera, scene.camera.scale, scene.camera.x, scene.camera.y);
    gl.uniform2f(at.voi, scene.window.center, scene.window.width);
    gl.uniform1i(at.inverted, Number(scene.inverted));
    gl.uniform1i(at.mapShown, Number(scene.map !== null));
    if (scene.map) {
      const [x0, y0, x1, y1] = scene.map.placement;
      gl.uniform4f(at.placement, x0, y0, x1, y1);
      gl.uniform1f(at.opacity, scene.opacity);
      gl.uniform1f(at.above, scene.above);
    }
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /**
   * Hold the textures of an image and a map; what is there already is not sent again.
   * @param {Image} image
   * @param {HeatMap | null} map
   */
  #keep(image, map) {
    const { gl } = this;
    if (image !== this.#image) {
      gl.activeTexture(gl.TEXTURE0);
      this.#send(image.width, image.height, image.pixels);
      this.#image = image;
    }
    if (map && map !== this.#map) {
      gl.activeTexture(gl.TEXTURE1);
      this.#send(map.width, map.height, map.values);
      this.#map = map;
    }
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {Uint16Array} values
   */
  #send(width, height, values) {
    const { gl } = this;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, width, height, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, values);
  }

  #prepare() {
    const { gl } = this;
    const program = link(gl);
    gl.useProgram(program);
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    this.#at = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]));
    for (const [unit, name] of ["pixels", "map", "colours"].entries()) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
      for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
      const filter = name === "colours" ? gl.LINEAR : gl.NEAREST;
      for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, filter);
      gl.uniform1i(this.#at[name], unit);
    }
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colourTable());
    gl.activeTexture(gl.TEXTURE1);
    this.#send(1, 1, new Uint16Array(1));
  }
}

/**
 * @param {WebGL2RenderingContext} gl
 * @returns {WebGLProgram}
 */
function link(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of /** @type {[number, string][]} */ ([
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the shaders do not link: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
