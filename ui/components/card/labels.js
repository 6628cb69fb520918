/* Labels as buttons with their keys and a search: what the answers made of labels share. */
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
      "aria-label": "Find a label", "data-testid": "label-search", hidden: labels.length < SEARCHED_FROM,
    });
    this.search.addEventListener("input", () => this.filter(this.search.value));
    const list = make("div", { class: "labels", role: "group", "aria-label": "Labels", "data-testid": "labels" }, ...this.buttons.values());
    container.replaceChildren(this.search, list);
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

  filter(words) {
    const wanted = words.trim().toLowerCase();
    let first = null;
    for (const label of this.labels) {
      const fits = `${label.name} ${label.description || ""} ${label.parent || ""}`.toLowerCase().includes(wanted);
      this.buttons.get(label.name).hidden = !fits;
      if (fits && !first) first = label.name;
    }
    return first;
  }

  unfilter() {
    if (!this.search.value) return;
    this.search.value = "";
    this.filter("");
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
    const name = this.keys.get(event.key.toLowerCase());
    if (name) {
      if (!event.repeat) this.onPress(name, event);
      return true;
    }
    if (event.key !== "/" || this.search.hidden) return false;
    this.search.focus();
    return true;
  }

  searchKey(event) {
    if (event.key !== "Escape" && event.key !== "Enter") return false;
    const first = event.key === "Enter" ? this.filter(this.search.value) : null;
    if (event.key === "Enter" && !first) return true;
    this.unfilter();
    this.search.blur();
    if (first) this.onPress(first, event);
    return true;
  }

  helpRows() {
    const rows = [...this.keys].map(([key, name]) => [key.toUpperCase(), name]);
    return this.search.hidden ? rows : [...rows, ["/", "Find a label"]];
  }
}
