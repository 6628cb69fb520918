/* Labels as buttons with their keys and a search: what the answers made of labels share. */
import { Favorites } from "./favorites.js";
import { find } from "./find.js";
import { keyOf } from "./keys.js";
import { hasKeys, make } from "./view.js";
import { t } from "../words.js";

/* Keys of the card itself: a label that asks for one of them gets a digit instead. */
const CARD_KEYS = ["u", "s", "h", "g"];
const SEARCHED_FROM = 10;
const MOVES_AFTER_MS = 60; // the next item is painted first

/* own(name): the key that one chose for a label oneself, if any; taken(key): whether one chose it for something else. */
export function hotkeys(labels, own = () => null, takenElsewhere = () => false) {
  const keys = new Map();
  labels.forEach((label) => { if (own(label.name)) keys.set(own(label.name), label.name); });
  labels.forEach((label) => {
    const key = (label.hotkey || "").toLowerCase();
    const free = key && !CARD_KEYS.includes(key) && !keys.has(key) && !takenElsewhere(key);
    if (free && !own(label.name)) keys.set(key, label.name);
  });
  const taken = new Set(keys.values());
  labels.forEach((label, index) => {
    const digit = String(index + 1);
    if (index < 9 && !taken.has(label.name) && !keys.has(digit)) keys.set(digit, label.name);
  });
  return keys;
}

/* A name that is broken after its joints, before it is broken anywhere else. */
function breakable(name) {
  return name.split(/(?<=[_./-])/).flatMap((part, index) => (index ? [make("wbr"), part] : [part]));
}

export class LabelList {
  /* host: that of the answer form; its `owner` names whose favorites these are, its `ownKeys` are their keys. */
  constructor(container, labels, onPress, host = {}) {
    this.labels = labels;
    this.host = host;
    this.onPress = (name, event) => { onPress(name, event); this.used(name); };
    this.buttons = new Map(labels.map((label) => [label.name, this.button(label)]));
    this.favorites = new Favorites(host.owner, labels.map((label) => label.name));
    this.rekey();
    this.search = make("input", {
      class: "search", type: "search", autocomplete: "off", placeholder: hasKeys() ? t("Find a label ( / )") : t("Find a label"),
      "aria-label": t("Find a label"), "data-testid": "label-search",
    });
    this.search.addEventListener("input", () => this.filter());
    this.takes = make("span", { class: "takes", role: "status", "data-testid": "label-found" });
    this.list = make("div", { class: "labels", role: "group", "aria-label": t("Labels"), "data-testid": "labels" }, ...this.buttons.values());
    this.searched = labels.length >= SEARCHED_FROM;
    if (this.searched) this.arrange();
    this.list.classList.toggle("many", this.searched);
    this.found = []; // names, best first, while there is something to find
    this.at = 0; // which of them Enter takes
    const bar = make("div", { class: "find", hidden: !this.searched }, this.search, this.takes);
    container.replaceChildren(bar, this.list);
  }

  /* The keys of the labels, on their buttons, too. */
  rekey() {
    const { ownKeys } = this.host;
    this.keys = hotkeys(this.labels, (name) => ownKeys?.of("label", name), (key) => Object.entries(ownKeys?.chosen || {}).some(([what, one]) => what.startsWith("do:") && one === key));
    const byName = new Map([...this.keys].map(([key, name]) => [name, key]));
    for (const [name, button] of this.buttons) {
      const key = byName.get(name);
      button.querySelector("kbd")?.remove();
      button.removeAttribute("aria-keyshortcuts");
      if (!key) continue;
      button.setAttribute("aria-keyshortcuts", key);
      button.append(make("kbd", {}, key.toUpperCase()));
    }
  }

  used(name) {
    if (!this.searched) return;
    this.favorites.use(name);
    clearTimeout(this.moving);
    this.moving = setTimeout(() => this.arrange(), MOVES_AFTER_MS);
  }

  /* Favorites first; only what is not in its place is moved, and nothing that has the focus. */
  arrange() {
    if (!this.list.matches(":focus-within")) this.list.scrollTop = 0;
    this.favorites.order(this.labels.map((label) => label.name)).forEach((name, place) => {
      const button = this.buttons.get(name);
      button.classList.toggle("favorite", this.favorites.places.includes(name));
      if (this.list.children[place] !== button && !button.matches(":focus")) this.list.insertBefore(button, this.list.children[place] || null);
    });
  }

  /* The descriptions under the names, or not. */
  describe(on) {
    this.list.classList.toggle("described", on);
    for (const label of on ? this.labels : []) {
      const name = this.buttons.get(label.name).querySelector(".name");
      if (label.description && !name.querySelector(".about")) name.append(make("span", { class: "about" }, label.description));
    }
  }

  button(label) {
    const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = label.color || "var(--lb-accent)";
    const name = make("span", { class: "name", dir: "auto" }, ...breakable(label.name));
    if (label.parent) name.prepend(make("small", {}, `${label.parent} › `));
    const button = make("button", {
      type: "button", class: "label", "data-testid": `label-${label.name}`, title: label.description || null,
    }, swatch, name);
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
    this.list.style.minHeight = words ? this.list.style.minHeight || `${this.list.offsetHeight}px` : ""; // what is below stays
    for (const [name, button] of this.buttons) button.hidden = !found.includes(name);
    this.found = words ? found : [];
    this.at = 0;
    this.mark();
  }

  mark() {
    const name = this.found[this.at];
    for (const [one, button] of this.buttons) button.toggleAttribute("data-found", one === name);
    if (name) this.buttons.get(name).scrollIntoView({ block: "nearest" });
    const nothing = this.search.value.trim() ? t("No label is like that.") : "";
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
    const slash = event.key === "/" || (event.code === "Slash" && !event.shiftKey && event.key !== "?");
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

  /* All labels with their keys, which may be changed. */
  keyRows() {
    const byName = new Map([...this.keys].map(([key, name]) => [name, key]));
    return this.labels.map(({ name }) => ({ kind: "label", name, key: byName.get(name), words: name }));
  }

  helpRows() { return this.searched ? [["/", t("Find a label; ↓ ↑ and Enter take one")]] : []; }
}
