// @ts-check
/** The heatmap's colours: inferno, perceptually uniform, blended between 17 anchors (within 7 of 255 of the full table). */

const ANCHORS = [
  [0, 0, 4], [11, 7, 36], [33, 12, 74], [61, 9, 101], [87, 16, 110], [113, 25, 110], [138, 34, 106], [163, 44, 97],
  [188, 55, 84], [208, 69, 69], [227, 89, 51], [241, 113, 31], [249, 140, 10], [252, 170, 15], [249, 201, 50],
  [242, 232, 101], [252, 255, 164],
]; // prettier-ignore

/**
 * The colour of a value.
 * @param {number} value [0, 1]
 * @returns {[number, number, number]} Red, green, blue in [0, 255].
 */
export function colourOf(value) {
  const place = Math.min(1, Math.max(0, value)) * (ANCHORS.length - 1);
  const index = Math.min(ANCHORS.length - 2, Math.floor(place));
  const mix = (/** @type {number} */ channel) =>
    Math.round(ANCHORS[index][channel] + (ANCHORS[index + 1][channel] - ANCHORS[index][channel]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

/** @returns {Uint8Array} 256 colours, RGBA. */
export function colourTable() {
  const table = new Uint8Array(1024);
  for (let i = 0; i < 256; i += 1) table.set([...colourOf(i / 255), 255], 4 * i);
  return table;
}
