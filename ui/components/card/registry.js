/*
 * Task types and kinds of content by name. Each file in answers/ and contents/ registers itself here, and so
 * does every file that an outside package adds.
 *
 * An answer form, by task type, is a class made with the card as its host, {done(event), hint(words), early(), owner,
 * ownKeys} (early: the item has just come up, and what is pressed now is no answer to it):
 *   draw(container, schema)   the controls; calls host.done(event) when the answer is complete
 *   item(content, node)       optional: an item was drawn into the node (regions are marked there); cleared before
 *   key(event, typing)        true when the key was for this form; typing: it goes into an input
 *   value(), set(value), clear()
 *   text(value)               a value in words
 *   helpRows()                [[keys, words], ...]
 *   list                      optional, a LabelList: its keys can be changed, its descriptions shown
 *   atOnce                    true when one press completes the answer
 *   ask                       the sentence that asks for the answer
 * A kind of content: fits(content), draw(node, content), preview(content) -> one line.
 */
export const answers = new Map();
export const contents = new Map();

const UNKNOWN_CONTENT = {
  draw(node, content) { node.textContent = JSON.stringify(content, null, 2); },
  preview: (content) => JSON.stringify(content),
};

export function contentOf(content) {
  for (const kind of contents.values()) if (kind.fits(content)) return kind;
  return UNKNOWN_CONTENT;
}

export function preview(content) {
  return content ? contentOf(content).preview(content) : "";
}

/* Stands in for a task type whose form is not installed: nothing can be answered. */
class UnknownAnswer {
  draw() {}

  key() { return false; }

  value() { return null; }

  set() {}

  clear() {}

  text(value) { return JSON.stringify(value); }

  helpRows() { return []; }
}

export function answerForm(schema, host) {
  const Form = answers.get(schema.type) || UnknownAnswer;
  return new Form(host);
}
