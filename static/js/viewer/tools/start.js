// @ts-check
/** Joins the tools with the pane: pointers, keyboard cursor, magnifier and probe. */
import { need } from "../../page-data.js";
import { say } from "../../words.js";
import { KINDS } from "../annotations/kinds/index.js";
import { Lens } from "../stage/lens.js";
import { describeProbe, probe } from "../stage/probe.js";
import { Cursor } from "./cursor.js";
import { magnifyTool } from "./magnify.js";
import { panTool } from "./pan.js";
import { Pointers } from "./pointer.js";
import { rectangleTool } from "./rectangle.js";
import { regionTool } from "./region.js";
import { Toolbox } from "./toolbox.js";
import { windowTool } from "./window.js";
import { zoomTool } from "./zoom.js";

/** @typedef {import("./tool.js").At} At */

/**
 * @param {HTMLElement} stage
 * @param {HTMLElement} pane
 * @param {import("../stage/viewport.js").Viewport} viewport
 * @param {import("../annotations/editor.js").Editor} editor
 * @param {import("../what-if/covering.js").Covering} covering
 * @param {(name: string) => SVGElement} layer
 * @returns {Toolbox}
 */
export function startTools(stage, pane, viewport, editor, covering, layer) {
  const lens = new Lens(/** @type {HTMLCanvasElement} */ (need("[data-lens]", pane)), viewport);
  const [pan, zoom] = [panTool(viewport), zoomTool(viewport)];
  const cover = rectangleTool("cover", viewport, layer("region"), (corners) => covering.add(corners));
  const region = regionTool(viewport, layer("region"));
  const tools = [windowTool(viewport), zoom, pan, magnifyTool(lens), region, cover, ...editor.tools()];
  const cursor = new Cursor(layer("cursor"), viewport);
  const toolbox = new Toolbox(stage, tools, cursor, (at, draws) => editor.grab(at, draws));
  const line = need("[data-probe]", pane);
  const over = (/** @type {At | null} */ at) => {
    line.textContent = at ? describeProbe(probe(viewport.drawn(), at.image)) : "";
    if (!at) lens.hide();
  };
  new Pointers(pane, viewport, { chosen: (at) => toolbox.chosen(at), pan, zoom, over });
  toolbox.addEventListener("cursor", () => over(cursor.at()));
  toolbox.addEventListener("chosen", () => {
    const { name } = toolbox.active;
    need("[data-hint]", stage).textContent = KINDS.has(name) || name === "cover" ? say(`hints.${name}`) : "";
  });
  return toolbox;
}
