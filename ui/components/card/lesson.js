/* Training: after an answer, what is right and why, before the next item. It lies over the labels, so nothing moves. */
import { keyOf } from "./keys.js";
import { preview } from "./registry.js";
import { Sight } from "./sight.js";
import { make } from "./view.js";
import { said, t, tn } from "../words.js";

const LESSON_SHOWN = 300; // characters of an item

export class Lesson {
  /* told: asked for once it is read. */
  constructor(card) {
    this.card = card;
    this.node = card.view.refs.lesson;
    this.checking = null; // the answer of which one waits to hear; its item stays on the screen
    this.waiting = []; // what is still to be told, where answers of an earlier visit were sent together
    this.told = false; // whether something is
    this.sight = new Sight(this.node);
  }

  get open() { return !this.node.hidden; }

  /* An answer was given: nothing goes on until it was judged. */
  check(entry) {
    this.checking = entry.id;
    this.told = false;
    this.draw(make("p", { class: "title" }, t("Your answer is on its way: what is right comes back with it.")));
    this.node.focus({ preventScroll: true });
  }

  /* The service has judged an answer. */
  tell(entry, answer) {
    this.waiting.push({ entry, answer });
    if (this.checking === entry.id || !this.checking) this.show();
  }

  /* There is nothing to tell: the item is gold no more, or the answer was refused. */
  nothing(entry) {
    if (this.checking !== entry.id) return;
    this.checking = null;
    this.close();
  }

  show() {
    const next = this.waiting[0];
    if (!next || (this.open && this.told)) return;
    const { entry, answer: { feedback, training, stopped } } = next;
    const { form } = this.card;
    const elsewhere = this.checking !== entry.id;
    this.checking = null;
    const title = feedback.right ? t("Right.") : t("Not right: it is {answer}.", { answer: form.text(feedback.expected) });
    const given = feedback.right ? null : t("You answered {answer}.", { answer: form.text(entry.body.value) });
    const lines = [title, given, feedback.note || null, this.words(training, stopped)];
    this.draw(
      elsewhere ? make("p", { class: "what", dir: "auto" }, preview(entry.about?.content).slice(0, LESSON_SHOWN)) : null,
      make("p", { class: "title", "data-right": String(feedback.right), "data-testid": "lesson-title" }, title),
      given && make("p", {}, given),
      feedback.note ? make("p", { class: "why", dir: "auto", "data-testid": "lesson-note" }, feedback.note) : null,
      lines[3] && make("p", { class: "how", "data-testid": "lesson-progress" }, lines[3]),
      make("div", { class: "actions" }, make("button", { type: "button", class: "main", "data-testid": "lesson-next", onclick: () => this.read() }, t("Go on"), make("kbd", {}, "Enter"))),
    );
    this.told = true;
    this.sight.begin();
    this.node.focus({ preventScroll: true });
    this.card.view.say(lines.filter(Boolean).join(" "));
  }

  words(training, stopped) {
    if (stopped) return said(stopped);
    if (!training) return null;
    if (training.state === "passed") return t("You have passed the training, {right} of {of} right: from now on you label.", training);
    return progressWords(training);
  }

  draw(...parts) {
    this.node.replaceChildren(...parts.filter(Boolean));
    this.node.hidden = false;
  }

  /* It was read: the next item. */
  read() {
    if (!this.told || !this.sight.enough) return; // nobody passes over what they have not seen
    const { answer } = this.waiting.shift();
    this.told = false;
    if (this.waiting.length) { this.show(); return; }
    this.close(answer.stopped);
  }

  close(stopped) {
    this.node.hidden = true;
    this.told = false;
    this.card.view.refs.item.focus({ preventScroll: true });
    this.card.learned(stopped);
  }

  /* True when the key was for it. */
  key(event) {
    if (["Tab", "Shift", "Control", "Meta"].includes(event.key)) return false;
    if (event.key === "Enter" || event.key === " ") {
      if (!event.repeat) this.read();
    } else if (["g", "?"].includes(keyOf(event)) && !event.repeat) this.card.act(keyOf(event) === "g" ? "guideline" : "help", event);
    else if (["ArrowDown", "ArrowUp", "PageDown", "PageUp"].includes(event.key)) return false; // a long note scrolls
    return true;
  }
}

export function progressWords(training) {
  if (!training.answered) {
    return tn("You begin with a training: {n} item whose answer is known. After it you are told what is right.", "You begin with a training: {n} items whose answer is known. After each you are told what is right.", training.of);
  }
  return t("Training: {answered} of {of} answered, {right} right.", training);
}
