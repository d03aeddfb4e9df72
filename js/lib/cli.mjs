#!/usr/bin/env node
// npx tern-nlp: entities, documents or the sentiment of a text or of lines, as JSON.

import { parseArgs } from "node:util";
import { lines, load } from "./index.mjs";

const HELP = `Usage: tern-nlp ner [TEXT]         its entities
       tern-nlp parse [TEXT]       everything that is known of it
       tern-nlp sentiment [TEXT]   how it is meant
Each line of standard input is a text where none is given. One line of JSON answers each.
  -m, --model FILE   a .tern file, or a URL (default: en_core_web_sm)
  -h, --help`;

const ANSWERS = {
  ner: (nlp) => (text) => ({ entities: nlp(text, { fields: ["ents"] }).ents }),
  parse: (nlp) => (text) => nlp(text),
  sentiment: (nlp) => (text) => nlp.sentiment(text),
};

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { model: { type: "string", short: "m" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    throw new Error(`${error.message}\n${HELP}`);
  }
}

async function main() {
  const { values, positionals: [what, ...texts] } = options();
  if (values.help) return console.log(HELP);
  if (!Object.hasOwn(ANSWERS, what ?? "") || texts.length > 1) throw new Error(HELP);
  const nlp = await load(values.model ?? (what === "sentiment" ? "sentiment" : "en_core_web_sm"));
  const answer = ANSWERS[what](nlp);
  for await (const text of texts.length ? texts : lines(process.stdin)) console.log(JSON.stringify(answer(text)));
}

process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? 0 : 1));
main().catch((error) => {
  console.error(`tern-nlp: ${error.message}`);
  process.exitCode = 1;
});
