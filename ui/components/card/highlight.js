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

export function highlight(node, pattern) {
  if (!pattern || !globalThis.CSS?.highlights) return 0;
  const ranges = [];
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  let left = MOST;
  for (let text = walker.nextNode(); text && left > 0 && ranges.length < MOST_MARKS; text = walker.nextNode()) {
    for (const found of text.data.slice(0, left).matchAll(pattern)) {
      const range = new Range();
      range.setStart(text, found.index);
      range.setEnd(text, found.index + found[0].length);
      ranges.push(range);
      if (ranges.length === MOST_MARKS) break;
    }
    left -= text.length;
  }
  CSS.highlights.set(NAME, new Highlight(...ranges));
  return ranges.length;
}
