/* What was answered here, to be taken back and given again. Methods of the card. */
import { hasKeys } from "./view.js";
import { t } from "../words.js";
const HISTORY_KEPT = 300;

export const past = {
  undo() {
    if (this.lesson.open) return; // what is right was told
    const last = this.history.pop();
    if (!last) {
      this.view.hint(t("Nothing to undo."));
      return;
    }
    if (last.replaced) { this.forgetUndone(); this.uncorrect(last); return; }
    this.outbox.takeBack(last.id, { key: last.item.key, content: last.item.content });
    if (last.kind === "label") this.extra -= 1;
    this.undone.push(last);
    this.side.remove(last.item.key);
    this.queue.back(last.item);
    this.next();
    const { value, reason } = last.fields;
    const chosen = last.kind === "label" ? this.form.text(value) : "";
    if (last.kind === "label" && !this.form.atOnce) this.form.set(value);
    const words = { label: t("You had chosen: {chosen}.", { chosen }), skip: t("You had skipped it: {reason}.", { reason }), flag: t("You had set it aside: {reason}.", { reason }) };
    this.view.hint(`${words[last.kind]} ${hasKeys() ? t("Shift+U gives it again.") : t("Redo gives it again.")}`);
    this.view.refs.redo.hidden = false;
    this.later("wroteHistory");
    this.tabs.postMessage({ back: last.item.key });
  },

  /* What was taken back last is given again. */
  redo(event) {
    const last = this.undone.pop();
    if (!last || !this.current || this.current.key !== last.item.key) {
      this.forgetUndone();
      this.view.hint(t("Nothing to do again."));
      return;
    }
    this.hard = last.hard;
    this.answer(last.kind, last.fields, event);
    if (!this.undone.length) this.forgetUndone();
  },

  forgetUndone() {
    if (this.view.refs.redo.hidden) return;
    this.undone = [];
    this.view.refs.redo.hidden = true;
  },

  readHistory() {
    try {
      return (JSON.parse(sessionStorage.getItem(this.historyKey)) || []).filter((entry) => entry.fields);
    } catch (error) {
      return [];
    }
  },

  wroteHistory() {
    this.history = this.history.slice(-HISTORY_KEPT);
    try {
      sessionStorage.setItem(this.historyKey, JSON.stringify(this.history.slice(-100)));
    } catch (error) { /* full: undo works until the next reload */ }
  },
};
