// @ts-check
/** Chooses who draws on a canvas. One canvas never changes its kind of context: a change of renderer needs a fresh canvas. */
import { Canvas2dRenderer } from "./canvas2d.js";
import { isCardKnown } from "./graphics.js";

/** @typedef {import("./scene.js").Renderer} Renderer */

/** Where the connection breaks meanwhile, Canvas2D draws the same picture. */
const importWebGl = () => import("./webgl.js").catch(() => null);

/** WebGL2's renderer with its shaders, which a first picture is not to wait for: fetched where a card is known. */
let webgl = isCardKnown() ? await importWebGl() : null;

/** Fetch what draws on a graphics card. @returns {Promise<void>} */
export async function fetchWebGl() {
  webgl ??= await importWebGl();
}

/**
 * WebGL2 on a graphics card. Where it would only be imitated by the processor, Canvas2D draws three times as fast, and so
 * it does before anyone has looked: a first picture takes it less time than looking does. Throws where a card is there that
 * does not run the shaders; the canvas is then of no use to another renderer.
 * @param {HTMLCanvasElement} canvas
 * @returns {Renderer}
 */
export function makeRenderer(canvas) {
  const gl = webgl && isCardKnown() ? canvas.getContext("webgl2", { alpha: false, antialias: false }) : null;
  return webgl && gl ? new webgl.WebGlRenderer(canvas, gl) : makePlainRenderer(canvas);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Renderer}
 */
export function makePlainRenderer(canvas) {
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Error("this browser draws neither with WebGL2 nor with Canvas2D");
  return new Canvas2dRenderer(canvas, context);
}
