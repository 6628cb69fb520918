/* Keys that one chose oneself, kept in this browser for each project: of labels, and of what else the card does. */
import { keyOf } from "./keys.js";
import { store } from "./store.js";
import { make } from "./view.js";
import { t } from "../words.js";

const FIXED = ["/", "?", "+", "-", "=", "r"];

export class OwnKeys {
  constructor(owner) {
    this.storage = `labeler:keys:${owner}`;
    try {
      this.chosen = JSON.parse(store.getItem(this.storage)) || {};
    } catch (error) {
      this.chosen = {};
    }
  }

  /* kind: label or do. */
  of(kind, name) { return this.chosen[`${kind}:${name}`]; }

  set(kind, name, key) {
    this.chosen[`${kind}:${name}`] = key;
    this.write();
  }

  reset() {
    this.chosen = {};
    this.write();
  }

  write() {
    try {
      store.setItem(this.storage, JSON.stringify(this.chosen));
    } catch (error) { /* full: they hold until the page is left */ }
  }
}

/* The list of keys, each to be changed by a click. rows: {kind, name, key, words}, without a kind: fixed.
 * onChange(kind, name, key), onReset() change them; the list is drawn again by `again`. */
export class KeyList {
  constructor(rows, { onChange, onReset, changed }) {
    this.rows = rows;
    this.onChange = onChange;
    this.says = make("p", { class: "note", role: "status", "data-testid": "key-says" }, t("Click a key in a frame to change it: it is kept in this browser, for you."));
    this.list = make("dl", { class: "keys" }, ...rows.flatMap((row) => this.row(row)));
    const reset = make("button", { type: "button", "data-testid": "keys-reset", onclick: onReset }, t("Back to the project's keys"));
    this.nodes = [this.says, this.list, ...(changed ? [make("div", { class: "actions" }, reset)] : [])];
  }

  row(row) {
    const caps = row.key ? row.key.split(" ").map((one) => make("kbd", {}, one.length === 1 ? one.toUpperCase() : one)) : [make("kbd", { class: "no-key" }, t("none"))];
    if (!row.kind) return [make("dt", { class: "fixed" }, ...caps), make("dd", { dir: "auto" }, row.words)];
    const button = make("button", { type: "button", class: "quietly key", "data-testid": `key-${row.name}`, "aria-label": t("Key for {words}: {key}", { words: row.words, key: row.key || t("none") }) }, ...caps);
    button.addEventListener("click", () => this.ask(button, row));
    button.addEventListener("keydown", (event) => this.pressed(event, button, row));
    return [make("dt", {}, button), make("dd", { dir: "auto" }, row.words)];
  }

  ask(button, row) {
    this.asked?.classList.remove("asked");
    this.asked = button;
    button.classList.add("asked");
    button.focus();
    this.says.textContent = t("Press the key for “{words}”, or Esc to leave it.", row);
  }

  pressed(event, button, row) {
    if (this.asked !== button || ["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(event);
    const taken = this.rows.find((one) => one !== row && (one.key || "").toLowerCase().split(" ").includes(key));
    if (event.key === "Escape") this.says.textContent = t("Left as it was.");
    else if ([...key].length !== 1 || key === " " || FIXED.includes(key)) {
      this.says.textContent = t("“{key}” can't be chosen. Press a letter or a digit.", { key: event.key === " " ? t("Space") : event.key });
      return;
    } else if (taken) {
      this.says.textContent = t("“{key}” is the key for “{words}”. Press another, or change that one first.", { key: key.toUpperCase(), words: taken.words });
      this.says.classList.add("collides");
      return;
    } else this.onChange(row.kind, row.name, key);
    this.says.classList.remove("collides");
    button.classList.remove("asked");
    this.asked = null;
  }
}
