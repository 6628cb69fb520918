/* Looking at an answer of one's own again, and correcting it. Methods of the card. */
import { uuid } from "./api.js";
import { t } from "../words.js";

export const look = {
  /* Show an answered item in place of the one that is asked; a label corrects the answer. */
  look(answer) {
    this.dialogs.close();
    if (this.lesson.open) return;
    if (this.chooser.open) this.chooser.hide();
    this.past = answer;
    this.current = { key: answer.key, content: answer.content, metadata: answer.metadata || {}, lease: null };
    this.showCurrent();
    this.forgetUndone();
    if (answer.kind === "label") this.form.set(answer.value);
    const words = {
      label: () => t("You answered {answer}. Answer again to correct it.", { answer: this.form.text(answer.value) }),
      skip: () => t("You skipped it ({reason}). Answer to label it now.", answer),
      flag: () => t("You set it aside as hard ({reason}). Answer to label it now.", answer),
    };
    this.view.hint(words[answer.kind]());
    this.view.refs.back.hidden = false;
    this.side.draw();
  },

  /* One answer further back (1) or forth (-1). */
  step(by) {
    const at = this.past ? this.side.answers.indexOf(this.past) : -1;
    const next = this.side.answers[at + by];
    if (next) this.look(next);
    else if (by < 0) this.goOnLabeling();
    else this.view.hint(this.past ? t("There is nothing before this one.") : t("You have answered nothing yet."));
  },

  /* What was said of the item that is asked, and not answered yet, is taken back. */
  takeBack() {
    if (!this.current) return;
    this.hard = null;
    this.suggest();
  },

  /* Back to the item that is asked. */
  goOnLabeling() {
    if (!this.past) return;
    this.leavePast();
    this.current = null;
    this.next();
  },

  leavePast() {
    if (!this.past) return;
    this.past = null;
    this.view.refs.back.hidden = true;
    this.later("drawSide");
  },

  drawSide() { this.side.draw(); },

  /* What a correction replaces, for the history; undefined when it is no correction. */
  replaced() {
    return this.past?.kind === "label" ? { value: this.past.value, reason: this.past.reason } : undefined;
  },

  /* The former answer is given again. */
  uncorrect(last) {
    const about = { key: last.item.key, content: last.item.content };
    if (!this.outbox.withdraw(last.id)) {
      this.outbox.put("label", { item_key: last.item.key, value: last.replaced.value, idempotency_key: uuid() }, about);
    }
    const { value } = last.replaced;
    this.side.add({ kind: "label", ...last.item, ...last.replaced, at: Date.now() });
    this.view.hint(t("Back to your former answer: {answer}.", { answer: this.form.text(value) }));
    this.later("wroteHistory");
  },
};
