// How long wink-nlp takes for entities: measure.js < lines.jsonl, each {"text": ...}. All are run once unmeasured; then each
// gives a line "NANOSECONDS TOKENS ENTITIES". Its model finds dates, times, money and the like; no persons, places, organisations.
'use strict';
const winkNLP = require('wink-nlp');
const model = require('wink-eng-lite-web-model');

const nlp = winkNLP(model);
const its = nlp.its;
const texts = require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line).text);

function run(text) {
  const begin = process.hrtime.bigint();
  const doc = nlp.readDoc(text);
  const entities = doc.entities().out(its.detail);
  return [process.hrtime.bigint() - begin, doc.tokens().length(), entities.length];
}

texts.forEach(run);
console.log(texts.map((text) => run(text).join(' ')).join('\n'));
