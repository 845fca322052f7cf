// @ts-check
/** Whether a graphics card draws WebGL2, or the processor only imitates one; asked once a tab. */

const STORE = "graphics";
const IMITATIONS = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** @returns {boolean} Whether there is one, as far as is known without looking. */
export function isCardKnown() {
  return sessionStorage.getItem(STORE) === "card";
}

/** @returns {boolean} Whether there is one. */
export function hasGraphicsCard() {
  if (sessionStorage.getItem(STORE)) return isCardKnown();
  const found = look();
  sessionStorage.setItem(STORE, found ? "card" : "none");
  return found;
}

/** @returns {boolean} */
function look() {
  const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !IMITATIONS.test(String(renderer));
}
