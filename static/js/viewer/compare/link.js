// @ts-check
/** Two pictures that turn, invert, zoom, move and window together: by shares of their own size and of their own window. */
import { fit, orientedSize } from "../stage/transform.js";

/** @typedef {import("../stage/viewport.js").Viewport} Viewport */
/** @typedef {import("../stage/transform.js").Camera} Camera */
/** @typedef {import("../stage/transform.js").Pose} Pose */
/** @typedef {import("../stage/transform.js").Size} Size */
/** @typedef {import("../stage/transform.js").Turn} Turn */

/** @typedef {{pose: Pose, inverted: boolean}} Shown How a picture hangs, and whether black and white are turned round. */

/**
 * Let each follow the other; only the first is turned and inverted by the reader.
 * @param {Viewport} one
 * @param {Viewport} other
 * @param {() => boolean} isLinked
 * @param {() => Shown} otherAs How the other is shown as the first is.
 */
export function link(one, other, isLinked, otherAs) {
  let following = false;
  const follow = (/** @type {Viewport} */ from, /** @type {Viewport} */ to, /** @type {() => void} */ change) => {
    if (following || !isLinked() || !from.image || !to.image) return;
    following = true;
    change();
    following = false;
  };
  for (const [from, to] of [[one, other], [other, one]]) {
    const as = () => (to === other ? otherAs() : to);
    from.addEventListener("camera-modified", () => follow(from, to, () => align(from, to, as().pose)));
    from.addEventListener("voi-modified", () =>
      follow(from, to, () => to.setWindow({ window: from.window, inverted: as().inverted })),
    );
  }
}

/**
 * Show the same share of another picture; beside one that is fitted, all of it.
 * @param {Viewport} from
 * @param {Viewport} to
 * @param {Pose} pose How the other one hangs.
 */
export function align(from, to, pose) {
  to.resize(); // panes change their size together, but one picture is told of it first
  if (to.pose.turn !== pose.turn || to.pose.mirrored !== pose.mirrored) to.setPose(pose);
  if (from.isFitted) to.fit();
  else to.setCamera(cameraLike(from, to));
}

/**
 * Turn and mirror another picture as this one is, seen from where the patient of each is upright.
 * @param {Pose} pose Of this one.
 * @param {Turn} own The turn that puts this one upright.
 * @param {Turn} other The turn that puts the other one upright.
 * @returns {Pose}
 */
export function poseLike({ turn, mirrored }, own, other) {
  // To turn and then mirror is to mirror and then turn the other way.
  const seen = mirrored ? turn + own - other : turn - own + other;
  return { turn: /** @type {Turn} */ (((seen % 360) + 360) % 360), mirrored };
}

/**
 * The camera that shows the same share of another picture.
 * @param {Viewport} from
 * @param {Viewport} to
 * @returns {Camera}
 */
function cameraLike(from, to) {
  const [a, b] = [sizeOf(from), sizeOf(to)];
  const scale = (from.camera.scale / fit(a, from.canvas).scale) * fit(b, to.canvas).scale;
  const share = {
    x: (from.canvas.width / 2 - from.camera.x) / (from.camera.scale * a.width),
    y: (from.canvas.height / 2 - from.camera.y) / (from.camera.scale * a.height),
  };
  return {
    scale,
    x: to.canvas.width / 2 - share.x * scale * b.width,
    y: to.canvas.height / 2 - share.y * scale * b.height,
  };
}

/**
 * @param {Viewport} viewport
 * @returns {Size}
 */
function sizeOf({ image, pose }) {
  return orientedSize(image ?? { width: 1, height: 1, aspect: 1 }, pose);
}
