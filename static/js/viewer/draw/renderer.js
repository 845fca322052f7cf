// @ts-check
/** Chooses who draws on a canvas. One canvas never changes its kind of context: a change of renderer needs a fresh canvas. */
import { Canvas2dRenderer } from "./canvas2d.js";
import { isCardKnown } from "./graphics.js";
import { WebGlRenderer } from "./webgl.js";

/** @typedef {import("./scene.js").Renderer} Renderer */

/**
 * WebGL2 on a graphics card. Where it would only be imitated by the processor, Canvas2D draws three times as fast, and so
 * it does before anyone has looked: a first picture takes it less time than looking does.
 * @param {HTMLCanvasElement} canvas
 * @returns {Renderer}
 */
export function makeRenderer(canvas) {
  const gl = isCardKnown() ? canvas.getContext("webgl2", { alpha: false, antialias: false }) : null;
  return gl ? new WebGlRenderer(canvas, gl) : makePlainRenderer(canvas);
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
