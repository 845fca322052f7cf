// @ts-check
/**
 * Fetches what is drawn: the modality pixels of a radiograph and the map of a reading, each with the id it belongs to; and
 * says in their place why they did not come.
 */
import { say } from "../../words.js";

/** @typedef {import("./grayscale.js").Grayscale} Grayscale */
/** @typedef {{radiographId: string, width: number, height: number, aspect: number, pixels: Uint16Array, grayscale: Grayscale}} Image */
/**
 * @typedef {object} HeatMap
 * @property {string} readingId
 * @property {number} width
 * @property {number} height
 * @property {Uint16Array} values 65535 = 1.0 on the map's absolute scale.
 * @property {number[]} placement x0, y0, x1, y1 in pixels of the radiograph, edge to edge.
 */
/** @typedef {{radiograph_id: string, rows: number, columns: number, modality: string, grayscale: string}} Radiograph */

/** The picture could not be fetched; `message` is written for the reader. */
export class ImageLoadError extends Error {}

/**
 * @param {Radiograph} radiograph
 * @returns {Promise<Image>}
 */
export async function loadImage(radiograph) {
  const [grayscale, pixels] = await Promise.all([loadGrayscale(radiograph.grayscale), loadUint16(radiograph.modality)]);
  const { rows, columns } = radiograph;
  if (pixels.length !== rows * columns || grayscale.rows !== rows || grayscale.columns !== columns) {
    throw new ImageLoadError(say("stage.wrong_pixels"));
  }
  const aspect = grayscale.pixel_aspect_ratio;
  return { radiographId: radiograph.radiograph_id, width: columns, height: rows, aspect, pixels, grayscale };
}

/**
 * @param {{reading_id: string, href: string, rows: number, columns: number, placement: number[]}} cam
 * @returns {Promise<HeatMap>}
 */
export async function loadMap(cam) {
  const values = await loadUint16(cam.href);
  if (values.length !== cam.rows * cam.columns) throw new ImageLoadError(say("heatmap.incomplete"));
  return { readingId: cam.reading_id, width: cam.columns, height: cam.rows, values, placement: cam.placement };
}

/**
 * @param {string} address
 * @returns {Promise<Grayscale>}
 */
function loadGrayscale(address) {
  return get(address, "application/json", (response) => response.json());
}

/**
 * Fetch 16-bit values in little-endian order.
 * @param {string} address
 * @returns {Promise<Uint16Array>}
 */
async function loadUint16(address) {
  return decodeLittleEndian(await get(address, "application/octet-stream", (response) => response.arrayBuffer()));
}

/**
 * Fetch and read to the end: a connection may break before the answer as well as within it.
 * @template T
 * @param {string} address
 * @param {string} accept
 * @param {(response: Response) => Promise<T>} read
 * @returns {Promise<T>}
 */
async function get(address, accept, read) {
  let status;
  try {
    const response = await fetch(address, { headers: { Accept: accept } });
    if (response.ok) return await read(response);
    status = response.status;
  } catch {
    throw new ImageLoadError(say("stage.no_answer"));
  }
  throw new ImageLoadError(say("stage.no_picture", { status }));
}

/**
 * Say in place of a picture why it did not come, and offer to fetch it again.
 * @param {HTMLElement} message
 * @param {unknown} error
 * @param {() => void} again
 */
export function offerAgain(message, error, again) {
  if (!(error instanceof ImageLoadError)) throw error;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button small", textContent: say("stage.again"), onclick: again });
  const words = document.createElement("span");
  words.append(error.message, " ", button);
  message.replaceChildren(words);
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {Uint16Array}
 */
export function decodeLittleEndian(buffer) {
  const values = new Uint16Array(buffer, 0, buffer.byteLength >> 1);
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return values;
  return values.map((value) => ((value & 0xff) << 8) | (value >> 8));
}
