// @ts-check
/** Probabilities as they are written. */

/**
 * Write a probability as the server's pages do: two decimals, never as certainty.
 * @param {number} value
 * @returns {string}
 */
export function formatProbability(value) {
  if (value < 0.005) return "<0.01";
  return value >= 0.995 ? ">0.99" : value.toFixed(2);
}
