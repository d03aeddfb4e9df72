// tern-nlp: const nlp = await load(); nlp("Ada Lovelace lived in London.").ents

import { Doc } from "./doc.mjs";
import { Engine, moduleName } from "./engine.mjs";
import { TernError } from "./errors.mjs";
import { bytesOf, isOwn } from "./fetching.mjs";
import { lines } from "./lines.mjs";

export { Doc, TernError, lines };

const modules = new Map();

/** Compiled once for all pipelines. */
async function compiled(options) {
  if (options.wasm) return options.wasm instanceof WebAssembly.Module ? options.wasm : WebAssembly.compile(await bytesOf(options.wasm));
  const name = moduleName();
  if (!modules.has(name)) {
    const made = bytesOf(name, { signal: options.signal, cache: options.cache }).then((bytes) => WebAssembly.compile(bytes));
    modules.set(name, made);
    made.catch(() => modules.delete(name));
  }
  return modules.get(name);
}

const inBrowser = () => typeof globalThis.process?.versions?.node !== "string";

/** The file of a model of the package's in the precision that is wanted. */
function fileOf(source, precision) {
  if (typeof source !== "string" || !isOwn(`${source}.tern`)) return source;
  const wanted = precision ?? (inBrowser() ? "float16" : "float32");
  if (wanted !== "float16" && wanted !== "float32") {
    throw new TernError("ARGUMENT", `there is no precision ${JSON.stringify(wanted)}: it is float16 or float32`);
  }
  return wanted === "float16" ? `${source}.half.tern` : `${source}.tern`;
}

async function engineOf(source, options) {
  const file = fileOf(source, options.precision);
  const [module, bytes] = await Promise.all([compiled(options), bytesOf(file, options)]);
  return new Engine(module, bytes, { verify: !(typeof file === "string" && isOwn(file)) });
}

/** A pipeline: a function from a text to its document, with more to it. */
export async function load(source = "en_core_web_sm", options = {}) {
  if (source && Object.getPrototypeOf(source) === Object.prototype) [source, options] = ["en_core_web_sm", source];
  const [engine, opinions] = await Promise.all([
    engineOf(source, options),
    options.sentiment ? engineOf(options.sentiment === true ? "sentiment" : options.sentiment, options) : undefined,
  ]);
  return pipeline(engine, opinions ?? (engine.isSentiment ? engine : undefined));
}

const CLASSES = ["positive", "negative", "neutral", "mixed"];
const BATCH = 64;

function pipeline(engine, opinions) {
  const docOf = (text, packed) => new Doc(text, packed, (address) => engine.string(address));
  const nlp = (text, options = {}) => docOf(text, engine.run(text, engine.plan(options)));

  function* batches(texts, options) {
    const plan = engine.plan(options);
    const answered = (some) => engine.runAll(some, plan).map((packed, i) => docOf(some[i], packed));
    let some = [];
    for (const text of texts) {
      some.push(text);
      if (some.length < BATCH) continue;
      yield* answered(some);
      some = [];
    }
    yield* answered(some);
  }

  async function* each(texts, options) {
    const plan = engine.plan(options);
    for await (const text of texts) yield docOf(text, engine.run(text, plan));
  }

  return Object.assign(nlp, {
    /** Documents of texts, in their order: an iterator, or an async one for an async iterable. */
    pipe: (texts, options = {}) => (texts[Symbol.asyncIterator] ? each(texts, options) : batches(texts, options)),

    sentiment(text, options = {}) {
      if (!opinions) throw new TernError("UNSUPPORTED", "no sentiment model is loaded: load({ sentiment: true }), or load(\"sentiment\")");
      const scores = opinions.sentiment(text, options);
      const best = scores.indexOf(Math.max(...scores));
      return {
        sentiment: CLASSES[best].toUpperCase(),
        confidence: scores[best],
        scores: Object.fromEntries(CLASSES.map((name, i) => [name, scores[i]])),
      };
    },

    components: engine.components,
    meta: engine.meta,

    /** Gives its memory back. */
    close() {
      engine.close();
      opinions?.close();
    },
  });
}
