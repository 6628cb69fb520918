/* A long text as neighboring text nodes: the browser's work on one grows with the square of its length where fonts mix. */
const PIECE = 1000;

/* The text, cut after white space or the end of a sentence, where a cut can't be seen; never inside a character. */
export function pieces(text) {
  const found = [];
  const ends = /[\s。、，！？]/g;
  let from = 0;
  while (text.length - from > PIECE) {
    ends.lastIndex = from + PIECE;
    const end = ends.exec(text);
    if (!end) break;
    found.push(text.slice(from, end.index + 1));
    from = end.index + 1;
  }
  found.push(text.slice(from));
  return found;
}
