// node documents.mjs PACKAGE MODEL OPTIONS < texts (JSON strings, one a line): a document or {"error", "code"} for each, as JSON.
import { pathToFileURL } from "node:url";

const [folder, model, options] = process.argv.slice(2);
const { lines, load } = await import(pathToFileURL(`${folder}/lib/index.mjs`));
const nlp = await load(model, JSON.parse(options ?? "{}"));

for await (const line of lines(process.stdin)) {
  try {
    console.log(JSON.stringify(nlp(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message, position: error.position }));
  }
}
