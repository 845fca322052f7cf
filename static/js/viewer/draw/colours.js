// @ts-check
/** The heatmap's colours: two perceptually uniform maps, blended between 17 anchors (within 11 of 255 of the full tables). */

/** @typedef {"inferno" | "cividis"} Palette Cividis reads alike with and without red-green vision. */

/** @type {Record<Palette, number[][]>} */
const ANCHORS = {
  inferno: [
    [0, 0, 4], [11, 7, 36], [33, 12, 74], [61, 9, 101], [87, 16, 110], [113, 25, 110], [138, 34, 106], [163, 44, 97],
    [188, 55, 84], [208, 69, 69], [227, 89, 51], [241, 113, 31], [249, 140, 10], [252, 170, 15], [249, 201, 50],
    [242, 232, 101], [252, 255, 164],
  ], // prettier-ignore
  cividis: [
    [0, 34, 78], [0, 46, 106], [26, 56, 111], [50, 67, 109], [67, 78, 108], [83, 90, 109], [97, 101, 111],
    [111, 112, 115], [125, 124, 120], [139, 135, 120], [154, 147, 118], [170, 160, 115], [187, 173, 109],
    [204, 186, 100], [221, 200, 88], [239, 215, 72], [254, 232, 56],
  ], // prettier-ignore
};

/** @type {Palette[]} */
export const PALETTES = ["inferno", "cividis"];

/**
 * The colour of a value.
 * @param {number} value [0, 1]
 * @param {Palette} [palette]
 * @returns {[number, number, number]} Red, green, blue in [0, 255].
 */
export function colourOf(value, palette = "inferno") {
  const anchors = ANCHORS[palette];
  const place = Math.min(1, Math.max(0, value)) * (anchors.length - 1);
  const index = Math.min(anchors.length - 2, Math.floor(place));
  const mix = (/** @type {number} */ channel) =>
    Math.round(anchors[index][channel] + (anchors[index + 1][channel] - anchors[index][channel]) * (place - index));
  return [mix(0), mix(1), mix(2)];
}

/**
 * @param {Palette} [palette]
 * @returns {Uint8Array} 256 colours, RGBA.
 */
export function colourTable(palette = "inferno") {
  const table = new Uint8Array(1024);
  for (let i = 0; i < 256; i += 1) table.set([...colourOf(i / 255, palette), 255], 4 * i);
  return table;
}
