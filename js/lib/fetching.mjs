// Where a file comes from: the package's folder, a path, a URL; and whether it is the right one.

import { TernError } from "./errors.mjs";
import { FILES } from "./files.mjs";

const HERE = new URL("../", import.meta.url);
const CACHE = "tern-nlp";

const isWeb = (url) => url.protocol === "http:" || url.protocol === "https:" || url.protocol === "blob:";

/** A name of the package's, a path or a URL -> a URL. */
function urlOf(source) {
  if (source instanceof URL) return source;
  if (source in FILES) return new URL(source, HERE);
  if (/^[a-z][a-z0-9+.-]+:/i.test(source)) return new URL(source);
  if (globalThis.process?.versions?.node) return pathUrl(source);
  return new URL(source, globalThis.location?.href ?? HERE);
}

function pathUrl(path) {
  const absolute = path.startsWith("/") ? path : `${globalThis.process.cwd()}/${path}`;
  return new URL(`file://${absolute.split("/").map(encodeURIComponent).join("/")}`);
}

async function readFile(url) {
  const { readFile: read } = await import("node:fs/promises");
  return new Uint8Array(await read(url));
}

/** The bytes of an answer, while onProgress hears of them. */
async function received(response, total, onProgress) {
  const pieces = [];
  let loaded = 0;
  for (const reader = response.body.getReader();;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    loaded += value.length;
    onProgress?.({ loaded, total: Math.max(total, loaded) });
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

async function download(url, { onProgress, signal }) {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new TernError("IO", `${url} cannot be read: the server answers ${response.status}`);
  const size = response.headers.get("content-encoding") ? 0 : Number(response.headers.get("content-length") ?? 0);
  return received(response, size, onProgress);
}

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function isRight(bytes, sha256) {
  if (!sha256 || !globalThis.crypto?.subtle) return true; // browsers have it on pages of https and of localhost
  return hex(await crypto.subtle.digest("SHA-256", bytes)) === sha256;
}

/** Out of the browser's cache, under the checksum: another file of the same name is another entry. */
async function cached(url, sha256, options) {
  const store = sha256 && options.cache !== false ? await globalThis.caches?.open(CACHE).catch(() => undefined) : undefined;
  const key = `${url}#`.replace(/#.*/, `?sha256=${sha256}`);
  const found = await store?.match(key);
  if (found) {
    const bytes = new Uint8Array(await found.arrayBuffer());
    if (await isRight(bytes, sha256)) {
      options.onProgress?.({ loaded: bytes.length, total: bytes.length });
      return bytes;
    }
    await store.delete(key);
  }
  const bytes = await download(url, options);
  if (!(await isRight(bytes, sha256))) throw new TernError("CHECKSUM", `${url} is damaged or another version: its SHA-256 differs`);
  await store?.put(key, new Response(bytes)).catch(() => {}); // a full disk is no reason to fail
  return bytes;
}

/** @returns {Promise<Uint8Array>} of a name, path, URL, or bytes as they are */
export async function bytesOf(source, options = {}) {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new TypeError("a model is a name, a path, a URL or the bytes of a .tern file");
  }
  const url = urlOf(source);
  const total = FILES[source]?.size;
  const report = options.onProgress;
  const onProgress = report && ((told) => report({ file: String(source), loaded: told.loaded, total: total ?? told.total }));
  try {
    return isWeb(url) ? await cached(url, FILES[source]?.sha256, { ...options, onProgress }) : await readFile(url);
  } catch (error) {
    if (error instanceof TernError || error?.name === "AbortError") throw error;
    throw new TernError("IO", `${source} cannot be read: ${error.message}`, { cause: error });
  }
}

export const isOwn = (source) => source in FILES;
