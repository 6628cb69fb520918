/* Words of the text get labels: the arrow keys choose a word, a label's key marks it, Enter sends. */
import { onButton } from "../keys.js";
import { LabelList } from "../labels.js";
import { answers } from "../registry.js";
import { make } from "../view.js";

answers.set("acme_spans", class {
  atOnce = false;

  ask = "Now mark the words.";

  constructor(host) {
    this.host = host;
    this.marked = new Map(); // start of a word -> label
  }

  draw(container, schema) {
    this.list = new LabelList(container, schema.labels, (name) => this.mark(name));
    this.status = make("span", { class: "count", role: "status", "data-testid": "acme-marked" });
    container.append(this.status);
  }

  item(content, node) {
    this.words = [...content.text.matchAll(/\S+/g)].map((found) => [found.index, found.index + found[0].length]);
    this.content = content.text;
    this.node = node;
    this.place = 0;
    this.shown();
  }

  shown() {
    const [start, end] = this.words[this.place];
    const word = make("mark", { "data-testid": "acme-word" }, this.content.slice(start, end));
    this.node.replaceChildren(this.content.slice(0, start), word, this.content.slice(end));
    this.status.textContent = this.text(this.value());
    this.list.press(this.marked.has(start) ? [this.marked.get(start)] : []);
  }

  mark(name) {
    const [start] = this.words[this.place];
    if (this.marked.get(start) === name) this.marked.delete(start);
    else this.marked.set(start, name);
    this.shown();
  }

  key(event, typing) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && !typing) {
      this.place = Math.min(this.words.length - 1, Math.max(0, this.place + step));
      this.shown();
      return true;
    }
    if (event.key === "Enter" && !typing && !onButton(event)) {
      this.host.done(event);
      return true;
    }
    return this.list.key(event, typing);
  }

  value() {
    const ends = new Map(this.words);
    return [...this.marked].map(([start, name]) => [start, ends.get(start), name]).sort((a, b) => a[0] - b[0]);
  }

  set(value) {
    this.marked = new Map(value.map(([start, , name]) => [start, name]));
    this.shown();
  }

  clear() {
    this.marked = new Map();
  }

  text(value) { return value.map(([start, end, name]) => `${start}-${end} ${name}`).join(", ") || "nothing marked"; }

  helpRows() { return [["← →", "Choose a word"], ...this.list.helpRows(), ["Enter", "Send"]]; }
});
