// @ts-check
/** All kinds of annotations by name. */
import { angle } from "./angle.js";
import { arrow } from "./arrow.js";
import { ellipse } from "./ellipse.js";
import { ratio } from "./ratio.js";
import { rectangle } from "./rectangle.js";
import { ruler } from "./ruler.js";

/** @type {Map<string, import("./kind.js").Kind>} */
export const KINDS = new Map([ruler, angle, ratio, rectangle, ellipse, arrow].map((kind) => [kind.name, kind]));
