"use strict";
// For require(): load gives a promise anyway.
const library = import("./lib/index.mjs");

exports.load = async (...args) => (await library).load(...args);
exports.lines = async function* (...args) {
  yield* (await library).lines(...args);
};
