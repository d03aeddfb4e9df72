// A document as HTML, in the manner of displaCy's style "ent".

const COLORS = {
  ORG: "#7aecec", PRODUCT: "#bfeeb7", GPE: "#feca74", LOC: "#ff9561", PERSON: "#aa9cfc", NORP: "#c887fb", FAC: "#9cc9cc",
  EVENT: "#ffeb80", LAW: "#ff8197", LANGUAGE: "#ff8197", WORK_OF_ART: "#f0d0ff", DATE: "#bfe1d9", TIME: "#bfe1d9",
  MONEY: "#e4e7d2", QUANTITY: "#e4e7d2", ORDINAL: "#e4e7d2", CARDINAL: "#e4e7d2", PERCENT: "#e4e7d2",
};
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => SIGNS[sign]);
const withBreaks = (text) => escaped(text).replace(/\n/g, "<br>");

/** @param {{ents?: string[], colors?: Record<string, string>}} options labels that are shown; colours by label */
export function render(doc, { ents, colors = {} } = {}) {
  let html = "", at = 0;
  for (const { text, start, end, label } of doc.ents) {
    if (ents && !ents.includes(label)) continue;
    const color = escaped(colors[label] ?? COLORS[label] ?? "#ddd");
    html += withBreaks(doc.text.slice(at, start));
    html += `<mark class="entity" style="background: ${color}; padding: 0.45em 0.6em; margin: 0 0.25em; line-height: 1; border-radius: 0.35em;">${withBreaks(text)}`;
    html += ` <span style="font-size: 0.8em; font-weight: bold; line-height: 1; vertical-align: middle; margin-left: 0.5rem">${escaped(label)}</span></mark>`;
    at = end;
  }
  return `<div class="entities" style="line-height: 2.5">${html}${withBreaks(doc.text.slice(at))}</div>`;
}
