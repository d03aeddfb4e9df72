// The engine's module: its memory, and a model with a context in it. Addresses are numbers.

import { TernError, checkText, errorOf } from "./errors.mjs";

export const WANT = {
  ents: 1 << 0, sents: 1 << 1, dependencies: 1 << 2, tags: 1 << 3, pos: 1 << 4, morphs: 1 << 5, lemmas: 1 << 6,
  cats: 1 << 7, norms: 1 << 8, spans: 1 << 9, noun_chunks: 1 << 10,
};
const AHEAD = 64, AHEAD_BYTES = 2048; // tern.h: TERN_AHEAD_TEXTS, TERN_AHEAD_BYTES

// A function that multiplies and adds with one instruction: does this machine's compiler take it? (relaxed SIMD)
const RELAXED = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1,
  11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11]);

/** The name of the module's file that runs here. */
export const moduleName = () => (WebAssembly.validate(RELAXED) ? "tern-relaxed.wasm" : "tern.wasm");

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

export class Engine {
  #wasm;
  #model = 0;
  #context = 0;
  #file = 0;
  #text = 0;
  #room = 0;
  #strings = new Map();
  #interruption = {};

  /** @param {WebAssembly.Module} module  @param {Uint8Array} file a .tern file, which is copied */
  constructor(module, file, { verify = true } = {}) {
    const js = { interrupted: () => this.#isInterrupted() };
    this.#wasm = new WebAssembly.Instance(module, { js }).exports;
    this.#wasm._initialize();
    this.#file = this.#take(file.length);
    this.#bytes(this.#file, file.length).set(file);
    this.#model = this.#check(this.#wasm.open_model(this.#file, file.length));
    if (verify) this.#check(this.#wasm.verify_model(this.#model));
    this.#context = this.#check(this.#wasm.new_context(this.#model));
    this.#describe();
  }

  #describe() {
    const [meta, length, offers, components, hasTokenizer] = this.#words(this.#wasm.describe(this.#model), 5);
    this.meta = JSON.parse(decoder.decode(this.#bytes(meta, length)));
    this.offers = offers;
    this.hasTokenizer = hasTokenizer !== 0;
    this.components = Array.from({ length: components }, (_, place) => {
      const [name, factory, , isDefault] = this.#words(this.#wasm.component(this.#model, place), 4);
      return { name: this.string(name), factory: this.string(factory), default: isDefault !== 0 };
    });
    this.isSentiment = this.#wasm.is_sentiment_model(this.#model) !== 0;
  }

  // ---- memory

  #take(size) {
    const address = this.#wasm.take(size);
    if (!address) throw new TernError("MEMORY", `the module has no memory for ${size} bytes`);
    return address;
  }

  #bytes(address, length) {
    return new Uint8Array(this.#wasm.memory.buffer, address, length);
  }

  #words(address, count) {
    return new Uint32Array(this.#wasm.memory.buffer, address, count);
  }

  /** A string of the model's. */
  string(address) {
    let text = this.#strings.get(address);
    if (text === undefined) {
      const memory = new Uint8Array(this.#wasm.memory.buffer);
      text = decoder.decode(memory.subarray(address, memory.indexOf(0, address)));
      this.#strings.set(address, text);
    }
    return text;
  }

  // ---- errors

  #check(answer) {
    if (answer) return answer;
    const address = this.#wasm.last_error();
    const [code] = this.#words(address, 1);
    const rest = this.#bytes(address + 8, 232);
    throw this.#interruption.error ?? errorOf(code, decoder.decode(rest.subarray(0, rest.indexOf(0))));
  }

  #isInterrupted() {
    const { signal, end, timeout } = this.#interruption;
    if (signal?.aborted) this.#interruption.error = signal.reason;
    else if (end !== undefined && performance.now() > end) {
      this.#interruption.error = new TernError("INTERRUPTED", `the text took more than ${timeout} ms`);
    }
    return this.#interruption.error ? 1 : 0;
  }

  #begin({ signal, timeout } = {}) {
    if (!this.#context) throw new TernError("ARGUMENT", "the pipeline is closed");
    signal?.throwIfAborted();
    this.#interruption = { signal, timeout, end: timeout === undefined ? undefined : performance.now() + timeout };
  }

  // ---- texts

  /** Puts texts one behind the other into the module's memory. @returns {number[]} the bytes of each */
  #put(texts) {
    texts.forEach(checkText);
    const most = texts.reduce((sum, text) => sum + 3 * text.length, 0) + 1;
    if (most > this.#room) {
      if (this.#text) this.#wasm.give_back(this.#text);
      this.#text = this.#room = 0;
      this.#text = this.#take(most);
      this.#room = most;
    }
    let at = this.#text;
    return texts.map((text) => {
      const { written } = encoder.encodeInto(text, this.#bytes(at, this.#text + this.#room - at));
      at += written;
      return written;
    });
  }

  #places(components) {
    if (!components) return [0, 0];
    const places = [0, 0];
    for (const name of components) {
      const place = this.components.findIndex((component) => component.name === name);
      if (place < 0) {
        const names = this.components.map((component) => component.name).join(", ");
        throw new TernError("ARGUMENT", `the model has no component ${JSON.stringify(name)}; it has ${names}`);
      }
      places[place >> 5] |= 1 << place % 32;
    }
    return places;
  }

  #want(fields) {
    let want = 0;
    for (const name of fields ?? Object.keys(WANT)) {
      if (name === "tokens") want |= WANT.dependencies | WANT.tags | WANT.pos | WANT.morphs | WANT.lemmas | WANT.norms;
      else if (name in WANT) want |= WANT[name];
      else throw new TernError("ARGUMENT", `there is no field ${JSON.stringify(name)}; fields are ${FIELDS.join(", ")}`);
    }
    return want & (this.offers | WANT.cats | WANT.norms | WANT.spans);
  }

  /** How texts are run: numbers for the module, made once for many. */
  plan(options = {}) {
    const { fields, components } = options;
    const withTokens = !fields || fields.includes("tokens");
    return { options, numbers: [this.#want(fields), ...this.#places(components)], withTokens };
  }

  /** The packed document of a text (packed_doc.h), a copy. */
  run(text, plan) {
    this.#begin(plan.options);
    const [length] = this.#put([text]);
    return this.#runAt(this.#text, length, plan);
  }

  #runAt(address, length, { numbers, withTokens }) {
    const packed = this.#check(this.#wasm.run(this.#context, address, length, ...numbers, withTokens));
    return this.#wasm.memory.buffer.slice(packed, packed + this.#words(packed, 1)[0]);
  }

  /** The same of many, which the encoders see together. @returns {ArrayBuffer[]} */
  runAll(texts, plan) {
    const found = [];
    for (let begin = 0; begin < texts.length;) {
      const some = [];
      while (begin < texts.length && some.length < AHEAD && 3 * texts[begin].length <= AHEAD_BYTES) {
        some.push(texts[begin++]);
      }
      if (some.length < 2) found.push(this.run(some[0] ?? texts[begin++], plan));
      else this.#runTogether(some, plan, found);
    }
    return found;
  }

  #runTogether(texts, plan, found) {
    this.#begin(plan.options);
    const lengths = this.#put(texts);
    const list = this.#take(4 * lengths.length);
    let address = this.#text;
    try {
      for (let done = 0, ahead = 0; done < texts.length; address += lengths[done++]) {
        if (ahead-- <= 0) {
          this.#words(list, lengths.length - done).set(lengths.slice(done));
          ahead = this.#wasm.run_ahead(this.#context, address, list, lengths.length - done, ...plan.numbers) - 1;
          if (ahead < 0) ahead = texts.length; // of no use here
        }
        found.push(this.#runAt(address, lengths[done], plan));
      }
    } finally {
      this.#wasm.give_back(list);
    }
  }

  /** Scores of a text: positive, negative, neutral, mixed. */
  sentiment(text, options) {
    this.#begin(options);
    const [length] = this.#put([text]);
    const scores = this.#check(this.#wasm.run_sentiment(this.#model, this.#context, this.#text, length));
    return [...new Float64Array(this.#wasm.memory.buffer, scores, 4)];
  }

  close() {
    this.#context = this.#model = 0;
    this.#wasm = undefined; // its memory goes with it
  }
}

const FIELDS = ["tokens", ...Object.keys(WANT)];
