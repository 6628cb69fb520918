/* Words that hint at a label, marked in the item: after it is painted, and without touching its text. */
const NAME = "labeler-keyword";
const MOST = 100_000; // characters that are looked at
const MOST_MARKS = 500;

function escaped(word) { return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, "\\s+"); }

/* Finds the keywords of all labels, whole words, upper and lower case alike; null when there are none. */
export function keywordPattern(labels) {
  const words = (labels || []).flatMap((label) => label.keywords || []).sort((a, b) => b.length - a.length);
  if (!words.length) return null;
  const inside = "[\\p{L}\\p{N}\\p{M}_]";
  const whole = words.map((word) => {
    const [first, last] = [word[0], word.at(-1)].map((letter) => /[\p{L}\p{N}_]/u.test(letter) && !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(letter));
    return `${first ? `(?<!${inside})` : ""}${escaped(word)}${last ? `(?!${inside})` : ""}`;
  });
  return new RegExp(whole.join("|"), "giu");
}

/* The text nodes in node by the element they are in: a long text is several. */
function textsIn(node) {
  const found = new Map();
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    if (!found.has(text.parentNode)) found.set(text.parentNode, []);
    found.get(text.parentNode).push(text);
  }
  return found.values();
}

/* Sets the range from `from` to `to` of the texts, taken as one. */
function rangeOf(texts, from, to) {
  const range = new Range();
  let at = 0;
  for (const text of texts) {
    if (from >= at && from < at + text.length) range.setStart(text, from - at);
    if (to > at && to <= at + text.length) range.setEnd(text, to - at);
    at += text.length;
  }
  return range;
}

export function highlight(node, pattern) {
  if (!pattern || !globalThis.CSS?.highlights) return 0;
  const ranges = [];
  let left = MOST;
  for (const texts of textsIn(node)) {
    const whole = texts.map((text) => text.data).join("");
    for (const found of whole.slice(0, left).matchAll(pattern)) {
      if (ranges.length === MOST_MARKS) break;
      ranges.push(rangeOf(texts, found.index, found.index + found[0].length));
    }
    left = Math.max(0, left - whole.length);
  }
  CSS.highlights.set(NAME, new Highlight(...ranges));
  return ranges.length;
}
