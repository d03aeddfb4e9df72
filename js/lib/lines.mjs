// The lines of a stream: of Node's, of the web's (ReadableStream), or of any iterable of strings or bytes.

async function* piecesOf(stream) {
  if (!stream.getReader || stream[Symbol.asyncIterator]) {
    yield* stream;
    return;
  }
  const reader = stream.getReader();
  try {
    for (let piece; !(piece = await reader.read()).done;) yield piece.value;
  } finally {
    reader.releaseLock();
  }
}

/** @returns {AsyncGenerator<string>} lines without their ends (LF or CRLF); the last one may lack its own */
export async function* lines(stream) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  for await (const piece of piecesOf(stream)) {
    const parts = (rest + (typeof piece === "string" ? piece : decoder.decode(piece, { stream: true }))).split("\n");
    rest = parts.pop();
    for (const part of parts) yield part.endsWith("\r") ? part.slice(0, -1) : part;
  }
  rest += decoder.decode();
  if (rest) yield rest;
}
