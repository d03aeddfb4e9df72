// A document: what the engine found in a text. It is read out of its packed form (js/src/packed_doc.h) when it is asked for.

import { render } from "./html.mjs";

const HEADER = 16, TOKEN = 13, PLAIN_SPAN = 4, SPAN = 6;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class Doc {
  #words;
  #bytes;
  #scores;
  #string;
  #at;
  #made = {};

  /** @param {string} text  @param {ArrayBuffer} packed  @param {(address: number) => string} string */
  constructor(text, packed, string) {
    this.text = text;
    this.#words = new Uint32Array(packed, 0, packed.byteLength >> 2);
    this.#bytes = new Uint8Array(packed);
    this.#string = string;
    const [, tokens, ents, sents, cats, groups, spans, chunks, annotations, shown] = this.#words;
    this.#scores = new Float64Array(packed, 4 * HEADER, ents + cats + spans);
    this.length = tokens;
    this.annotations = annotations;
    this.#at = { tokens: HEADER + 2 * this.#scores.length };
    this.#at.ents = this.#at.tokens + (shown ? tokens : 0) * TOKEN;
    this.#at.spans = this.#at.ents + ents * SPAN;
    this.#at.sents = this.#at.spans + spans * SPAN;
    this.#at.chunks = this.#at.sents + sents * PLAIN_SPAN;
    this.#at.cats = this.#at.chunks + chunks * PLAIN_SPAN;
    this.#at.groups = this.#at.cats + cats;
  }

  #once(name, make) {
    return (this.#made[name] ??= make());
  }

  #count(number) {
    return this.#words[number];
  }

  #list(count, begin, width, make) {
    return Array.from({ length: count }, (_, i) => make(begin + i * width, i));
  }

  #plainSpan(at) {
    const [start, end, tokenStart, tokenEnd] = this.#words.subarray(at, at + PLAIN_SPAN);
    return { text: this.text.slice(start, end), start, end, tokenStart, tokenEnd };
  }

  #span(at, score) {
    return { ...this.#plainSpan(at), label: this.#string(this.#words[at + 4]), id: this.#string(this.#words[at + 5]), score };
  }

  #docString(at) {
    const begin = this.#words[at];
    return decoder.decode(this.#bytes.subarray(begin, begin + this.#words[at + 1]));
  }

  get tokens() {
    return this.#once("tokens", () =>
      this.#list(this.#count(9) ? this.length : 0, this.#at.tokens, TOKEN, (at, i) => {
        const [start, end, space, sentStart, head, tag, pos, morph, dep] = this.#words.subarray(at, at + 9);
        return {
          i, text: this.text.slice(start, end), start, end, whitespace: space ? " " : "",
          sentStart: sentStart === 0 ? null : sentStart === 1, head, tag: this.#string(tag), pos: this.#string(pos),
          morph: this.#string(morph), dep: this.#string(dep), lemma: this.#docString(at + 9), norm: this.#docString(at + 11),
        };
      }));
  }

  get ents() {
    return this.#once("ents", () => this.#list(this.#count(2), this.#at.ents, SPAN, (at, i) => this.#span(at, this.#scores[i])));
  }

  get sents() {
    return this.#once("sents", () => this.#list(this.#count(3), this.#at.sents, PLAIN_SPAN, (at) => this.#plainSpan(at)));
  }

  get nounChunks() {
    return this.#once("chunks", () => this.#list(this.#count(7), this.#at.chunks, PLAIN_SPAN, (at) => this.#plainSpan(at)));
  }

  get cats() {
    return this.#once("cats", () =>
      Object.fromEntries(this.#list(this.#count(4), this.#at.cats, 1, (at, i) =>
        [this.#string(this.#words[at]), this.#scores[this.#count(2) + i]])));
  }

  get spans() {
    return this.#once("spans", () => {
      let at = this.#at.spans, score = this.#count(2) + this.#count(4);
      return Object.fromEntries(this.#list(this.#count(5), this.#at.groups, 3, (group) => {
        const [key, count, hasScores] = this.#words.subarray(group, group + 3);
        const spans = this.#list(count, at, SPAN, (place) => {
          const { id, ...span } = this.#span(place, this.#scores[score++]);
          if (!hasScores) delete span.score;
          return span;
        });
        at += count * SPAN;
        return [this.#string(key), spans];
      }));
    });
  }

  toJSON() {
    const { text, ents, sents, tokens, cats, spans } = this;
    return { text, ents, sents, tokens, cats, spans };
  }

  /** The text as HTML with its entities marked, as displaCy's style "ent". */
  toHTML(options) {
    return render(this, options);
  }
}
