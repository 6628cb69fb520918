/* Keeps what is being typed into the fields of a page in this browser, until it is saved: what was typed and not sent
 * is there again after a reload, a lost connection, or another page. A field is found by the key of its widget. */
import { t } from "../words.js";
const PREFIX = "labeler:typed:";
const KEPT_MS = 14 * 24 * 3600 * 1000;
const SENT_AFTER_MS = [100, 700, 2500];
const TRIES = 40; // a quarter of a second apart: Streamlit draws fields after this

const browser = (() => {
  try {
    return globalThis.localStorage;
  } catch (error) {
    return null; // forbidden: nothing is kept
  }
})();

class Keeper {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.stop = new AbortController();
    this.restored = new Set();
    this.mine = {}; // what was put into fields, until somebody types there
    this.note = root.querySelector("[data-ref=note]");
    root.querySelector("[data-ref=drop]").addEventListener("click", () => this.drop());
    document.addEventListener("input", (event) => this.typed(event), { signal: this.stop.signal, capture: true });
    this.forgetOld();
    this.tries = 0;
    this.look();
  }

  storage(name) { return `${PREFIX}${this.data.owner}:${this.data.scope}:${name}`; }

  field(name) { return document.querySelector(`.st-key-${CSS.escape(name)} :is(textarea, input)`); }

  typed(event) {
    const name = this.data.fields.find((one) => event.target === this.field(one));
    if (!name) return;
    if (event.isTrusted) delete this.mine[name];
    this.keep(name, event.target.value);
  }

  keep(name, text) {
    try {
      browser?.setItem(this.storage(name), JSON.stringify({ text, at: Date.now() }));
    } catch (error) { /* full or forbidden: what is saved is safe, as always */ }
  }

  kept(name) {
    try {
      return JSON.parse(browser?.getItem(this.storage(name)));
    } catch (error) {
      return null;
    }
  }

  /* Put what was kept into each field, once, as soon as it is drawn. */
  look() {
    const open = this.data.fields.filter((name) => !this.restored.has(name));
    for (const name of open) {
      const [field, kept] = [this.field(name), this.kept(name)];
      if (!kept) {
        this.restored.add(name);
        if (this.data.empty.includes(name) && field?.value) this.keep(name, field.value); // typed before this was here
      } else if (field && !field.disabled) {
        this.restored.add(name);
        if (kept.text !== field.value) this.restore(field, name, kept.text);
        else if (!this.data.empty.includes(name)) browser?.removeItem(this.storage(name));
      }
    }
    this.tries += 1;
    if (open.length && this.tries < TRIES && !this.stop.signal.aborted) setTimeout(() => this.look(), 250);
  }

  restore(field, name, text) {
    this.before = { ...this.before, [name]: field.value };
    this.type(name, text);
    this.root.hidden = false;
    this.note.textContent = t("What you had typed and not saved is here again.");
  }

  /* As if somebody typed it and left the field, so that Streamlit hears of it: again, where it drew over it meanwhile. */
  type(name, text) {
    this.mine[name] = text;
    this.put(name, text);
    for (const wait of SENT_AFTER_MS) setTimeout(() => this.send(name, text), wait);
  }

  put(name, text) {
    const field = this.field(name);
    const kind = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  send(name, text) {
    const field = this.field(name);
    if (!field || this.mine[name] !== text || document.activeElement === field) return; // somebody is writing there
    if (field.value !== text) {
      this.put(name, text);
      setTimeout(() => this.send(name, text), SENT_AFTER_MS[0]);
      return;
    }
    field.focus({ preventScroll: true });
    field.blur();
  }

  drop() {
    for (const [name, text] of Object.entries(this.before || {})) {
      if (this.field(name)) this.type(name, text);
      browser?.removeItem(this.storage(name));
    }
    this.root.hidden = true;
  }

  forgetOld() {
    for (const key of Object.keys(browser || {})) {
      if (!key.startsWith(PREFIX)) continue;
      try {
        if (Date.now() - JSON.parse(browser?.getItem(key)).at > KEPT_MS) browser?.removeItem(key);
      } catch (error) { browser?.removeItem(key); }
    }
  }

  close() { this.stop.abort(); }
}

const keepers = new WeakMap();

export default function mount({ parentElement, data }) {
  const root = parentElement.querySelector(".lb-keeper");
  let keeper = keepers.get(root);
  if (keeper && (keeper.data.scope !== data.scope || keeper.data.owner !== data.owner)) {
    keeper.close();
    keeper = null;
  }
  if (!keeper) {
    root.hidden = true;
    keeper = new Keeper(root, data);
    keepers.set(root, keeper);
  }
  keeper.data = data;
  if (data.saved !== keeper.saved) {
    keeper.saved = data.saved;
    root.hidden = true; // forget.js forgets what was kept
  }
  keeper.look();
  return () => { keeper.close(); keepers.delete(root); };
}
