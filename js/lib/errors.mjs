// What goes wrong: an Error with a code, and with the position in the text where there is one.

const CODES = ["OK", "ARGUMENT", "MEMORY", "IO", "FORMAT", "VERSION", "CHECKSUM", "UNSUPPORTED", "UTF8", "TOO_LONG",
  "TOO_COMPLEX", "INTERRUPTED", "MEMORY_LIMIT"];

export class TernError extends Error {
  /** @param {string} code one of those of tern.h, without TERN_E_ */
  constructor(code, message, options) {
    super(message, options);
    this.name = "TernError";
    this.code = code;
  }
}

/** The error of a number of the engine's (tern_status). */
export const errorOf = (number, message) => new TernError(CODES[number] ?? "UNKNOWN", message);

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** TypeError unless it is a string that UTF-8 can hold. */
export function checkText(text) {
  if (typeof text !== "string") {
    throw new TypeError(`a text is a string, and this is ${text === null ? "null" : typeof text}`);
  }
  if (text.isWellFormed ? text.isWellFormed() : !LONE.test(text)) return;
  const position = text.search(LONE);
  const error = new TypeError(`the text has a lone surrogate at position ${position}: it is no Unicode text`);
  error.position = position;
  throw error;
}
