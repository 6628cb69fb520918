/* Any subset of the labels, also none: keys toggle, Enter sends. None at all takes a second Enter. */
import { onButton } from "../keys.js";
import { LabelList } from "../labels.js";
import { answers } from "../registry.js";
import { make } from "../view.js";
import { t } from "../../words.js";

const SEVERAL = 10;
const NAMED = 4;

answers.set("multi_choice", class {
  atOnce = false;

  ask = t("Now choose its labels.");

  constructor(host) {
    this.host = host;
    this.chosen = new Set();
    this.sure = false; // that none of the labels is meant
  }

  draw(container, schema) {
    this.schema = schema;
    this.list = new LabelList(container, schema.labels, (name) => this.toggle(name), this.host);
    this.count = make("span", { class: "count", role: "status", "data-testid": "chosen-count" });
    const send = make("button", { type: "button", class: "main", "data-testid": "send" }, t("Send"), make("kbd", {}, "Enter"));
    send.addEventListener("click", (event) => {
      if (event.detail) send.blur();
      this.finish(event, t("Send"));
    });
    container.append(make("div", { class: "send" }, this.count, send));
    this.shown();
  }

  toggle(name) {
    if (!this.chosen.delete(name)) this.chosen.add(name);
    this.list.unfilter();
    if (this.sure) this.host.hint("");
    this.shown();
  }

  shown() {
    this.sure = false;
    this.list.press([...this.chosen]);
    const words = this.chosen.size ? t("{count} chosen", { count: this.chosen.size }) + this.named() : t("none of them");
    if (this.count.textContent !== words) this.count.textContent = words;
  }

  finish(event, key) {
    if (this.host.early()) return;
    if (this.chosen.size || this.sure) {
      this.host.done(event);
      return;
    }
    this.sure = true;
    this.host.hint(t("{key} again: none of these labels", { key }));
  }

  key(event, typing) {
    if (this.list.key(event, typing)) return true;
    if (typing) return false;
    if (event.key === "Enter" && !onButton(event)) {
      if (!event.repeat) this.finish(event, "Enter");
      return true;
    }
    if (!["Escape", "Backspace"].includes(event.key) || !this.chosen.size) return false;
    this.clear();
    return true;
  }

  /* The first names, where there are so many labels that chosen ones may be out of sight. */
  named() {
    if (this.schema.labels.length < SEVERAL) return "";
    const names = this.value();
    return `: ${names.slice(0, NAMED).join(", ")}${names.length > NAMED ? ", …" : ""}`;
  }

  value() { return this.schema.labels.map((label) => label.name).filter((name) => this.chosen.has(name)); }

  set(value) {
    this.chosen = new Set(value);
    this.shown();
  }

  clear() {
    this.list.unfilter();
    this.set([]);
  }

  text(value) { return value && value.length ? value.join(", ") : t("none of the labels"); }

  helpRows() {
    return [...this.list.helpRows(), ["Enter", t("Send; twice for none of the labels")], ["Esc", t("Clear what is chosen")]];
  }
});
