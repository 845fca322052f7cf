// @ts-check
/** Where the words of a mark stand: beside its shape, inside the pane, and clear of what is there already. Pure. */

/** @typedef {import("../stage/transform.js").Point} Point */
/** @typedef {import("../stage/transform.js").Size} Size */
/** @typedef {Point & Size} Box From its upper left corner, in CSS pixels of the pane. */

const GAP = 8;
const MARGIN = 8;
const STEP = 16;
/** Steps up and down where nothing beside the shape is free. Further away, words would seem to belong to another mark. */
const STEPS = [1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6];

/**
 * Find a place for words.
 * @param {Point} first Where they stand best.
 * @param {Box} shape What they speak of.
 * @param {Size} size Of the words.
 * @param {Size} room The pane.
 * @param {Box[]} taken
 * @returns {Point | null} Their upper left corner; `null` where nothing near the shape is free.
 */
export function findPlace(first, shape, size, room, taken) {
  const beside = [
    first,
    { x: shape.x - size.width - GAP, y: shape.y + (shape.height - size.height) / 2 },
    { x: shape.x, y: shape.y + shape.height + GAP },
    { x: shape.x, y: shape.y - size.height - GAP },
  ];
  const kept = beside.map((spot) => keep(spot, size, room));
  const unmoved = beside.filter(({ x, y }, index) => x === kept[index].x && y === kept[index].y);
  const stepped = STEPS.flatMap((step) => kept.map(({ x, y }) => keep({ x, y: y + step * STEP }, size, room)));
  const isFree = (/** @type {Point} */ spot) => !taken.some((box) => overlap({ ...spot, ...size }, box));
  const besideShape = kept.filter((spot) => !overlap({ ...spot, ...size }, shape));
  return [...unmoved, ...besideShape, ...kept, ...stepped].find(isFree) ?? null;
}

/**
 * The box round some points.
 * @param {Point[]} points At least one.
 * @returns {Box}
 */
export function boxRound(points) {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/**
 * @param {Point} spot
 * @param {Size} size
 * @param {Size} room
 * @returns {Point} Inside the pane.
 */
function keep({ x, y }, { width, height }, room) {
  const clamp = (/** @type {number} */ at, /** @type {number} */ length, /** @type {number} */ most) =>
    Math.max(MARGIN, Math.min(at, most - length - MARGIN));
  return { x: clamp(x, width, room.width), y: clamp(y, height, room.height) };
}

/**
 * @param {Box} a
 * @param {Box} b
 */
function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
