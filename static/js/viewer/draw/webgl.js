// @ts-check
/** Draws with WebGL2: 16-bit values and map share one pair of shaders, so that they cannot drift apart. */
import { greyTable, TABLE_SIZE, paddingValues } from "../stage/grayscale.js";
import { canvasToImageMatrix } from "../stage/transform.js";
import { colourTable } from "./colours.js";
import { makeProgram } from "./program.js";
import { geometryKey, samplesOf } from "./scene.js";
import { COMPOSE, RESAMPLE, VERTEX } from "./shaders.js";

/** @typedef {import("./scene.js").Scene} Scene */

const TABLE_SIDE = Math.sqrt(TABLE_SIZE);
/** Texture units, one for each texture. */
const UNITS = { pixels: 0, resampled: 1, greys: 2, map: 3, colours: 4 };

export class WebGlRenderer {
  /** @type {"webgl2"} */
  name = "webgl2";
  /** What each texture holds, so that it is not sent again. */
  #held = { image: /** @type {object | null} */ (null), map: /** @type {object | null} */ (null), geometry: "", greys: "", palette: "" };

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {WebGL2RenderingContext} gl
   */
  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    this.resampling = makeProgram(gl, VERTEX, RESAMPLE);
    this.composing = makeProgram(gl, VERTEX, COMPOSE);
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    const textures = Object.values(UNITS).map((unit) => makeTexture(gl, unit));
    this.target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    this.#size(1, 1);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, textures[UNITS.resampled], 0);
    this.#send(UNITS.map, 1, 1, new Uint16Array(1));
  }

  /**
   * @param {import("./scene.js").Image} image
   * @returns {boolean} Whether the graphics card takes an image of this size.
   */
  fits(image) {
    return Math.max(image.width, image.height) <= this.gl.getParameter(this.gl.MAX_TEXTURE_SIZE);
  }

  /**
   * Draw a scene, or nothing but black.
   * @param {Scene | null} scene
   */
  draw(scene) {
    const { gl, canvas } = this;
    if (scene) this.#resample(scene);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (scene) this.#compose(scene);
  }

  /** @param {Scene} scene */
  #resample(scene) {
    const { gl, canvas } = this;
    const { image, view } = scene;
    if (image !== this.#held.image) this.#send(UNITS.pixels, image.width, image.height, image.pixels);
    this.#held.image = image;
    const key = geometryKey(scene, canvas);
    if (key === this.#held.geometry) return;
    this.#held.geometry = key;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    this.#size(canvas.width, canvas.height);
    gl.viewport(0, 0, canvas.width, canvas.height);
    const at = this.#use(this.resampling, scene);
    gl.uniform1i(at("pixels"), UNITS.pixels);
    gl.uniform1f(at("scale"), view.scale);
    gl.uniform1f(at("aspect"), view.aspect);
    gl.uniform1i(at("samples"), samplesOf(scene));
    gl.uniform2iv(at("padding"), paddingValues(image.grayscale) ?? [1, 0]);
    gl.uniform1f(at("perValue"), (TABLE_SIZE - 1) / Math.max(1, image.grayscale.levels - 1));
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /** @param {Scene} scene */
  #compose(scene) {
    const { gl } = this;
    const { image, map } = scene;
    this.#keepTables(scene);
    const at = this.#use(this.composing, scene);
    for (const name of /** @type {const} */ (["resampled", "greys", "map", "colours"])) gl.uniform1i(at(name), UNITS[name]);
    gl.uniform2f(at("imageSize"), image.width, image.height);
    gl.uniform1i(at("mapShown"), Number(map !== null));
    if (map) {
      if (map !== this.#held.map) this.#send(UNITS.map, map.width, map.height, map.values);
      this.#held.map = map;
      const [x0, y0, x1, y1] = map.placement;
      gl.uniform4f(at("placement"), x0, y0, x1, y1);
      gl.uniform1f(at("opacity"), scene.opacity);
      gl.uniform1f(at("above"), scene.above);
    }
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /** Send the greys of the window and the map's colours where they changed. @param {Scene} scene */
  #keepTables({ image, window, inverted, palette }) {
    const { gl } = this;
    const greys = [image.radiographId, window.center, window.width, inverted].join(" ");
    if (greys !== this.#held.greys) {
      gl.activeTexture(gl.TEXTURE0 + UNITS.greys);
      const table = new Uint8Array(greyTable(image.grayscale, window, inverted).buffer);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, TABLE_SIDE, TABLE_SIDE, 0, gl.RED, gl.UNSIGNED_BYTE, table);
      this.#held.greys = greys;
    }
    if (palette !== this.#held.palette) {
      gl.activeTexture(gl.TEXTURE0 + UNITS.colours);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colourTable(palette));
      this.#held.palette = palette;
    }
  }

  /**
   * Use a program and tell it where the canvas lies on the image.
   * @param {import("./program.js").Program} program
   * @param {Scene} scene
   * @returns {(name: string) => WebGLUniformLocation | null}
   */
  #use({ program, at }, { view }) {
    this.gl.useProgram(program);
    this.gl.uniform1f(at("canvasHeight"), this.canvas.height);
    this.gl.uniformMatrix3x2fv(at("toImage"), false, canvasToImageMatrix(view));
    return at;
  }

  /**
   * Give the resampled picture the size of the canvas.
   * @param {number} width
   * @param {number} height
   */
  #size(width, height) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + UNITS.resampled);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG16UI, width, height, 0, gl.RG_INTEGER, gl.UNSIGNED_SHORT, null);
  }

  /**
   * @param {number} unit
   * @param {number} width
   * @param {number} height
   * @param {Uint16Array} values
   */
  #send(unit, width, height, values) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, width, height, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, values);
  }
}

/**
 * Make a texture that is read texel by texel.
 * @param {WebGL2RenderingContext} gl
 * @param {number} unit
 * @returns {WebGLTexture}
 */
function makeTexture(gl, unit) {
  const texture = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, gl.NEAREST);
  return texture;
}
