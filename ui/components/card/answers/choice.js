/* One label: pressing it is the answer. */
import { LabelList } from "../labels.js";
import { answers } from "../registry.js";
import { t } from "../../words.js";

answers.set("choice", class {
  atOnce = true;

  ask = t("Now choose a label.");

  constructor(host) {
    this.host = host;
    this.chosen = null;
  }

  draw(container, schema) {
    this.list = new LabelList(container, schema.labels, (name, event) => {
      this.chosen = name;
      this.host.done(event);
    }, this.host);
  }

  key(event, typing) { return this.list.key(event, typing); }

  value() { return this.chosen; }

  set(value) {
    this.chosen = value;
    this.isShown = true;
    this.list.press([value]);
  }

  clear() {
    this.chosen = null;
    if (this.isShown) this.list.press([]); // an item that is asked next has no answer yet
    this.isShown = false;
    this.list.unfilter();
  }

  text(value) { return String(value); }

  helpRows() { return this.list.helpRows(); }
});
