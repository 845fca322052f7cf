/** Examples that several tests share: shapes, poses, small pictures, and random numbers that are the same on every run. */

/** Portrait, landscape, square, a strip, and one whose pixels are not square. */
export const SHAPES = [
  { width: 400, height: 500, aspect: 1 },
  { width: 500, height: 400, aspect: 1 },
  { width: 450, height: 450, aspect: 1 },
  { width: 300, height: 600, aspect: 1 },
  { width: 420, height: 400, aspect: 1.25 },
];

export const POSES = [0, 90, 180, 270].flatMap((turn) => [false, true].map((mirrored) => ({ turn, mirrored })));

/** 16 bits through a window over all of them. */
export const PLAIN = {
  rows: 1,
  columns: 1,
  low: 0,
  step: 1,
  levels: 65536,
  is_inverted: false,
  padding: null,
  pixel_aspect_ratio: 1,
  voi: { kind: "window", function: "LINEAR_EXACT", center: 32767.5, width: 65535, low: 0, high: 65535, is_given: true },
  stored: { slope: 1, intercept: 0 },
};

/**
 * A picture whose value at (x, y) is told by a function.
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number} valueAt
 * @param {object} [grayscale]
 */
export function picture(width, height, valueAt, grayscale = PLAIN) {
  const pixels = new Uint16Array(width * height);
  for (let i = 0; i < pixels.length; i += 1) pixels[i] = valueAt(i % width, Math.floor(i / width));
  return { radiographId: "example", width, height, aspect: 1, pixels, grayscale: { ...grayscale, rows: height, columns: width } };
}

/**
 * Run a check often, with numbers in [0, 1) that follow from the round.
 * @param {number} rounds
 * @param {(random: () => number) => void} check
 */
export function randomly(rounds, check) {
  for (let round = 0; round < rounds; round += 1) {
    let state = (round + 1) * 2654435761;
    check(() => {
      state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) >>> 0;
      return state / 4294967296;
    });
  }
}
