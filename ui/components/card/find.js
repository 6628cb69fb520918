/* Finding a label by some of its letters. */

export function folded(text) { return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase(); }

function inOrder(wanted, text) {
  let at = -1;
  return [...wanted].every((letter) => { at = text.indexOf(letter, at + 1); return at >= 0; });
}

/* How well a label fits, 0 is best; null: not at all. */
function fit(label, wanted) {
  const name = folded(label.name);
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted))) return 2;
  if (name.includes(wanted)) return 3;
  if (folded(`${label.description || ""} ${label.parent || ""}`).includes(wanted)) return 4;
  return inOrder(wanted.replace(/\s+/g, ""), name) ? 5 : null;
}

/* The names of the labels that fit, best first; all of them for no words. */
export function find(labels, words) {
  const wanted = folded(words.trim());
  if (!wanted) return labels.map((label) => label.name);
  const found = labels.map((label) => ({ name: label.name, fit: fit(label, wanted) })).filter((one) => one.fit !== null);
  return found.sort((a, b) => a.fit - b.fit).map((one) => one.name);
}
