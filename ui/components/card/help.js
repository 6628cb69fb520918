/* The list of keys, to be looked up and changed, and what the labels mean. Methods of the card. */
import { actionsOf, keyRows } from "./keys.js";
import { KeyList } from "./ownkeys.js";
import { store } from "./store.js";
import { t } from "../words.js";

const DESCRIBED = "labeler:described:";

export const help = {
  showKeys() {
    this.dialogs.help(new KeyList(keyRows(this), {
      changed: Object.keys(this.ownKeys.chosen).length > 0,
      onChange: (kind, name, key) => { this.ownKeys.set(kind, name, key); this.keysChanged(name); },
      onReset: () => { this.ownKeys.reset(); this.keysChanged(); },
    }));
  },

  keysChanged(name) {
    this.form.list?.rekey();
    this.drawKeys();
    this.showKeys();
    [...this.dialogs.node.querySelectorAll(".key")].find((one) => one.dataset.testid === `key-${name}`)?.focus();
  },

  /* Which key does what, and that key on each button. */
  drawKeys() {
    this.actions = actionsOf(this);
    const byName = new Map([...this.actions].map(([key, name]) => [name, key]));
    this.view.root.querySelectorAll(".tools [data-do]").forEach((button) => {
      const cap = button.querySelector("kbd");
      if (button.dataset.do === "redo" || !cap) return;
      cap.textContent = (byName.get(button.dataset.do) || "").toUpperCase();
      cap.hidden = !byName.has(button.dataset.do);
    });
  },

  /* The labels' descriptions under their names, until the same key hides them; kept in this browser. */
  describe() {
    const on = store.getItem(DESCRIBED + this.data.user.id) !== "yes";
    if (on && !(this.schema.labels || []).some((label) => label.description)) {
      this.view.hint(t("The labels of this project have no descriptions. The guideline says what they mean."));
      return;
    }
    try {
      store.setItem(DESCRIBED + this.data.user.id, on ? "yes" : "no");
    } catch (error) { /* full: not kept */ }
    this.drawDescriptions(on);
  },

  drawDescriptions(on = store.getItem(DESCRIBED + this.data.user.id) === "yes") {
    this.form.list?.describe(on);
    this.view.refs.describe.hidden = !(this.schema.labels || []).some((label) => label.description);
    this.view.refs.describe.setAttribute("aria-pressed", String(on));
    this.room?.fit();
  },
};
