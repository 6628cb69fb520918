/* Labels as buttons with their keys and a search: what the answers made of labels share. */
import { find } from "./find.js";
import { keyOf } from "./keys.js";
import { make } from "./view.js";

/* Keys of the card itself: a label that asks for one of them gets a digit instead. */
const OWN_KEYS = ["u", "s", "h", "g"];
const SEARCHED_FROM = 10;

export function hotkeys(labels) {
  const keys = new Map();
  labels.forEach((label) => {
    const key = (label.hotkey || "").toLowerCase();
    if (key && !OWN_KEYS.includes(key)) keys.set(key, label.name);
  });
  const taken = new Set(keys.values());
  labels.forEach((label, index) => {
    const digit = String(index + 1);
    if (index < 9 && !taken.has(label.name) && !keys.has(digit)) keys.set(digit, label.name);
  });
  return keys;
}

export class LabelList {
  constructor(container, labels, onPress) {
    this.labels = labels;
    this.onPress = onPress; // (name, event)
    this.keys = hotkeys(labels);
    this.buttons = new Map();
    const keyOf = new Map([...this.keys].map(([key, name]) => [name, key]));
    labels.forEach((label) => this.buttons.set(label.name, this.button(label, keyOf.get(label.name))));
    this.search = make("input", {
      class: "search", type: "search", autocomplete: "off", placeholder: "Find a label ( / )",
      "aria-label": "Find a label", "data-testid": "label-search",
    });
    this.search.addEventListener("input", () => this.filter());
    this.takes = make("span", { class: "takes", role: "status", "data-testid": "label-found" });
    this.list = make("div", { class: "labels", role: "group", "aria-label": "Labels", "data-testid": "labels" }, ...this.buttons.values());
    this.searched = labels.length >= SEARCHED_FROM;
    this.list.classList.toggle("many", this.searched);
    this.found = []; // names, best first, while there is something to find
    this.at = 0; // which of them Enter takes
    const bar = make("div", { class: "find", hidden: !this.searched }, this.search, this.takes);
    container.replaceChildren(bar, this.list);
  }

  button(label, key) {
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = label.color || "var(--lb-accent)";
    const name = make("span", { class: "name", dir: "auto" }, label.name);
    if (label.parent) name.prepend(make("small", {}, `${label.parent} › `));
    const button = make("button", {
      type: "button", class: "label", "data-testid": `label-${label.name}`, title: label.description || null,
      "aria-keyshortcuts": key || null,
    }, swatch, name, key ? make("kbd", {}, key.toUpperCase()) : null);
    button.addEventListener("click", (event) => {
      if (event.detail) button.blur(); // by pointer: Enter and space belong to the card again
      this.onPress(label.name, event);
    });
    return button;
  }

  /* Show what fits, and what Enter would take. */
  filter() {
    const words = this.search.value.trim();
    const found = find(this.labels, words);
    for (const [name, button] of this.buttons) button.hidden = !found.includes(name);
    this.found = words ? found : [];
    this.at = 0;
    this.mark();
  }

  mark() {
    const name = this.found[this.at];
    for (const [one, button] of this.buttons) button.toggleAttribute("data-found", one === name);
    if (name) this.buttons.get(name).scrollIntoView({ block: "nearest" });
    const nothing = this.search.value.trim() ? "No label is like that." : "";
    this.takes.replaceChildren(...(name ? [make("kbd", {}, "Enter"), " ", make("b", { dir: "auto" }, name)] : [nothing]));
  }

  unfilter() {
    if (!this.search.value) return;
    this.search.value = "";
    this.filter();
  }

  /* Which labels count as chosen. */
  press(names) {
    for (const [name, button] of this.buttons) {
      const pressed = String(names.includes(name));
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    }
  }

  key(event, typing) {
    if (typing) return event.composedPath()[0] === this.search && this.searchKey(event);
    const name = this.keys.get(event.key.toLowerCase()) ?? this.keys.get(keyOf(event));
    if (name) {
      if (!event.repeat) this.onPress(name, event);
      return true;
    }
    const slash = event.key === "/" || (event.code === "Slash" && !event.shiftKey);
    if (!slash || !this.searched) return false;
    this.search.focus();
    return true;
  }

  searchKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const many = this.found.length;
      if (many) this.at = (this.at + step + many) % many;
      this.mark();
      return true;
    }
    if (event.key !== "Escape" && event.key !== "Enter") return false;
    const taken = event.key === "Enter" ? this.found[this.at] : null;
    if (event.key === "Enter" && !taken) return true;
    this.unfilter();
    this.search.blur();
    if (taken) this.onPress(taken, event);
    return true;
  }

  helpRows() {
    const rows = [...this.keys].map(([key, name]) => [key.toUpperCase(), name]);
    return this.searched ? [...rows, ["/", "Find a label; ↓ ↑ and Enter take one"]] : rows;
  }
}
