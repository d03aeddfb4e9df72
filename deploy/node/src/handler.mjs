// POST /ner with {"text": "..."} -> {"entities": [...]}, behind API Gateway or a Function URL, or invoked with the body alone.

import { load } from "tern-nlp";

// Once for each environment: what is global stays between invocations.
const nlp = await load();

function bodyOf(event) {
  const body = event?.body ?? event;
  if (typeof body !== "string") return body;
  return JSON.parse(event.isBase64Encoded ? Buffer.from(body, "base64").toString() : body);
}

const response = (statusCode, content) => ({
  statusCode,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(content),
});

export async function handler(event) {
  try {
    const text = bodyOf(event)?.text;
    if (typeof text !== "string" || !text) return response(400, { error: "the field 'text' is missing, or no string" });
    const { ents } = nlp(text, { fields: ["ents"] });
    return response(200, { entities: ents.map(({ text: found, label, start, end, score }) => ({ text: found, label, start, end, score })) });
  } catch (error) {
    if (error instanceof SyntaxError) return response(400, { error: "the body is not valid JSON" });
    if (error instanceof TypeError) return response(400, { error: error.message });
    if (error.code === "TOO_LONG" || error.code === "TOO_COMPLEX") return response(413, { error: error.message });
    throw error;
  }
}
