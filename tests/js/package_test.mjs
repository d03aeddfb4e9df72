// node --test package_test.mjs, TERN_NPM: the package's folder. What it does beside finding what the native engine finds.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const folder = process.env.TERN_NPM;
const { Doc, TernError, lines, load } = await import(pathToFileURL(`${folder}/lib/index.mjs`));
const nlp = await load({ sentiment: true });
const file = readFileSync(`${folder}/en_core_web_sm.half.tern`);
const shown = (doc) => doc.ents.map((ent) => [ent.text, ent.label]);

test("a document", () => {
  const doc = nlp("Ada Lovelace lived in 😀 London.");
  assert.ok(doc instanceof Doc);
  assert.deepEqual(shown(doc), [["Ada Lovelace", "PERSON"], ["London", "GPE"]]);
  assert.deepEqual(doc.ents.map(({ start, end, tokenStart, tokenEnd }) => [start, end, tokenStart, tokenEnd]), [[0, 12, 0, 2], [25, 31, 5, 6]]);
  assert.ok(doc.ents.every(({ score }) => score > 0.5 && score <= 1));
  assert.deepEqual(doc.nounChunks.map(({ text }) => text), ["Ada Lovelace", "😀 London"]);
  assert.equal(doc.tokens[2].lemma, "live");
  assert.equal(doc.tokens[doc.tokens[0].head].text, "Lovelace");
  assert.equal(doc.tokens, doc.tokens);
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(doc))), ["text", "ents", "sents", "tokens", "cats", "spans"]);
});

test("short texts", () => {
  assert.equal(nlp("").length, 0);
  assert.deepEqual(nlp("").tokens, []);
  for (const text of ["a", "a b", "a b c", "\0", " ", "\n\n", "é", "日本", "👩‍👩‍👧"]) {
    const doc = nlp(text);
    assert.equal(doc.tokens.map((token) => token.text + token.whitespace).join(""), text);
  }
});

test("what is asked for", () => {
  const doc = nlp("Ada lived in London.", { fields: ["ents"], components: ["tok2vec", "ner"] });
  assert.deepEqual(shown(doc), [["Ada", "PERSON"], ["London", "GPE"]]);
  assert.deepEqual([doc.tokens, doc.sents], [[], []]);
  assert.equal(doc.length, 5);
  assert.throws(() => nlp("a", { fields: ["entities"] }), { name: "TernError", code: "ARGUMENT", message: /"entities"; fields are tokens, ents/ });
  assert.throws(() => nlp("a", { components: ["nerd"] }), { code: "ARGUMENT", message: /"nerd"; it has tok2vec, tagger/ });
  assert.deepEqual(nlp.components.find(({ name }) => name === "senter"), { name: "senter", factory: "senter", default: false });
});

test("many texts", async () => {
  const texts = [...Array(200).keys()].map((i) => `${"Ada saw Paris. ".repeat(i % 70)}In ${1800 + i} she left.`);
  const alone = texts.map((text) => nlp(text));
  const together = [...nlp.pipe(texts)];
  assert.deepEqual(together.map((doc) => doc.text), texts);
  together.forEach((doc, i) => assert.deepEqual(shown(doc), shown(alone[i])));
  const streamed = [];
  for await (const doc of nlp.pipe(lines(Readable.from(["Ada left.\r\nShe saw Par", Buffer.from("is."), ""])))) streamed.push(doc.text);
  assert.deepEqual(streamed, ["Ada left.", "She saw Paris."]);
  assert.equal([...nlp.pipe([])].length, 0);
  const first = nlp.pipe(function* () { yield* ["Paris"]; throw new RangeError("mine"); }());
  assert.throws(() => [...first], RangeError);
});

test("sentiment", async () => {
  const found = nlp.sentiment("I love strawberry cake!");
  assert.equal(found.sentiment, "POSITIVE");
  assert.equal(found.confidence, found.scores.positive);
  assert.ok(Math.abs(Object.values(found.scores).reduce((a, b) => a + b) - 1) < 1e-6);
  assert.equal(nlp.sentiment("The food was wonderful and I loved it. The service was horrible and rude.").sentiment, "MIXED");
  const without = await load(file);
  assert.throws(() => without.sentiment("a"), { code: "UNSUPPORTED", message: /sentiment: true/ });
  const alone = await load("sentiment");
  assert.equal(alone.sentiment("I hate it.").sentiment, "NEGATIVE");
});

test("no text", () => {
  for (const wrong of [null, undefined, 3, {}, ["a"], Buffer.from("a")]) assert.throws(() => nlp(wrong), TypeError);
  for (const [text, position] of [["a\ud800", 1], ["\udc00", 0], ["😀\ud83d b", 2], ["ab\udc00\ud800", 2]]) {
    assert.throws(() => nlp(text), (error) => error instanceof TypeError && error.position === position);
  }
  assert.throws(() => [...nlp.pipe(["a", 3])], TypeError);
});

test("long texts", () => {
  assert.throws(() => nlp("a".repeat(1_000_001)), { code: "TOO_LONG" });
  for (const [sign, count] of [["a", 1_000_000], ['"', 40_000], ["(", 20_000], [". ", 20_000], ["http://", 3_000]]) {
    try {
      assert.ok(nlp(sign.repeat(count), { fields: ["ents"], timeout: 120_000 }).length > 0);
    } catch (error) {
      assert.equal(error.code, "TOO_COMPLEX", error.message);
    }
  }
  assert.equal(nlp('"'.repeat(1_000_000), { fields: ["norms"] }).length, 1_000_000);
  assert.deepEqual(shown(nlp("In Paris.")), [["Paris", "GPE"]]);
});

test("interruption", () => {
  const long = "Ada Lovelace lived in London. ".repeat(20_000);
  assert.throws(() => nlp(long, { timeout: 20 }), { code: "INTERRUPTED", message: /more than 20 ms/ });
  assert.throws(() => nlp("a", { signal: AbortSignal.abort(new RangeError("mine")) }), RangeError);
  let asked = 0;
  const signal = { get aborted() { return ++asked > 5; }, reason: new RangeError("enough"), throwIfAborted() {} };
  assert.throws(() => nlp(long, { signal }), RangeError);
  assert.deepEqual(shown(nlp("In Paris.", { timeout: 60_000 })), [["Paris", "GPE"]]);
});

test("models", async () => {
  await assert.rejects(load("none.tern"), (error) => error instanceof TernError && error.code === "IO" && /none\.tern/.test(error.message));
  await assert.rejects(load(3), TypeError);
  await assert.rejects(load({ precision: "float8" }), { code: "ARGUMENT" });
  await assert.rejects(load(new Uint8Array(10)), { code: "FORMAT" });
  for (let i = 0; i < 300; i++) {
    const damaged = new Uint8Array(file);
    const at = Math.floor((i / 300) ** 3 * file.length);
    damaged[at] ^= 1 << i % 8;
    await load(damaged).then((loaded) => loaded("Ada left."), (error) => assert.ok(error instanceof TernError, String(error)));
    await assert.rejects(load(file.subarray(0, at)), (error) => error instanceof TernError);
  }
  const other = await load(pathToFileURL(`${folder}/en_core_web_sm.half.tern`));
  assert.deepEqual(shown(other("In Paris.")), [["Paris", "GPE"]]);
  other.close();
  assert.throws(() => other("In Paris."), { message: /closed/ });
});

test("progress of what a server sends", async () => {
  const { createServer } = await import("node:http");
  const server = createServer((request, response) => {
    if (request.url !== "/model.tern") response.writeHead(404).end();
    else response.writeHead(200, { "content-length": file.length }).end(file);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    const address = `http://127.0.0.1:${server.address().port}`;
    const told = [];
    const loaded = await load(`${address}/model.tern`, { onProgress: (progress) => told.push(progress) });
    assert.deepEqual(shown(loaded("In Paris.")), [["Paris", "GPE"]]);
    assert.deepEqual(told.at(-1), { file: `${address}/model.tern`, loaded: file.length, total: file.length });
    await assert.rejects(load(`${address}/other.tern`), { code: "IO", message: /404/ });
    await assert.rejects(load(`${address}/model.tern`, { signal: AbortSignal.abort() }), { name: "AbortError" });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("HTML", () => {
  assert.equal(nlp("<b>\n&").toHTML(), '<div class="entities" style="line-height: 2.5">&lt;b&gt;<br>&amp;</div>');
  assert.match(nlp("In Paris.").toHTML(), /^<div[^>]*>In <mark[^>]*#feca74[^>]*>Paris <span[^>]*>GPE<\/span><\/mark>\.<\/div>$/);
  assert.match(nlp("In Paris.").toHTML({ colors: { GPE: "red" } }), /background: red/);
  assert.doesNotMatch(nlp("In Paris.").toHTML({ ents: ["ORG"] }), /mark/);
});

test("require", async () => {
  const required = createRequire(import.meta.url)(`${folder}/index.cjs`);
  const loaded = await required.load();
  assert.deepEqual(shown(loaded("In Paris.")), [["Paris", "GPE"]]);
  const found = [];
  for await (const line of required.lines(["a\nb"])) found.push(line);
  assert.deepEqual(found, ["a", "b"]);
});

test("memory is given back", async () => {
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 40; i++) (await load(file)).close();
  global.gc?.();
  assert.ok(process.memoryUsage().rss - before < 600e6);
});
