/* The words of a component in the viewer's language; `WORDS` comes before the first file (labeler_ui/words.py). */
export const LANGUAGE = WORDS.language;

function filled(text, values) {
  return values ? text.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? String(values[name]) : hole)) : text;
}

/* The words, their {names} filled with the values. */
export function t(text, values) { return filled(WORDS.known[text] || text, values); }

/* Like t, where a word means different things in different places: context says which one. */
export function tc(context, text, values) { return filled(WORDS.known[`${context}\u0004${text}`] || text, values); }

/* The words for n things; {n} is the number as the language writes it. */
export function tn(one, many, n, values) {
  const known = WORDS.known[one];
  const text = Array.isArray(known) ? known[WORDS.forms[n < 200 ? n : 100 + (n % 100)]] : n === 1 ? one : many;
  return filled(text, { n: counted(n), ...values });
}

export function counted(value) { return value.toLocaleString(LANGUAGE); }

export function percent(value) { return value.toLocaleString(LANGUAGE, { style: "percent" }); }

/* Words that are translated where they are shown: t(MARKED). */
export function mark(text) { return text; }

const SEVERAL = /(?<=[.!?]) (?=[A-Z"])/; // where a sentence ends and another begins
const SAID = Object.entries(WORDS.said || {}).map(([words, translated]) => {
  const parts = words.split(/\{(\w+)\}/);
  const exact = parts.map((part, place) => (place % 2 ? `(?<${part}>[^]*?)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return { own: parts.filter((_, place) => place % 2 === 0).join("").length, pattern: new RegExp(`^${exact.join("")}$`), translated };
}).sort((one, other) => other.own - one.own);

/* Words of the service in the viewer's language: a message of the catalog, its holes filled as they came. */
export function said(words) {
  if (!words || !SAID.length) return words;
  for (const { pattern, translated } of SAID) {
    const found = pattern.exec(words);
    const holes = Object.entries(found?.groups || {});
    if (found && !holes.some(([, value]) => SEVERAL.test(value))) {
      return filled(translated, Object.fromEntries(holes.map(([hole, value]) => [hole, said(value)])));
    }
  }
  for (const [sign, parts] of [[" ", words.split(SEVERAL)], ["; ", words.split("; ")]]) {
    if (parts.length > 1) return parts.map(said).join(sign);
  }
  return words;
}
