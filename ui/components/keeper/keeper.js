/* Keeps what is being typed into the fields of a page in this browser, until it is saved: what was typed and not sent
 * is there again after a reload, a lost connection, or another page. A field is found by the key of its widget. */
import { t } from "../words.js";
const PREFIX = "labeler:typed:";
const KEPT_MS = 14 * 24 * 3600 * 1000;
const SENT_AFTER_MS = [100, 700, 2500];
const TOLD_MS = 10_000;
const TRIES = 40; // a quarter of a second apart: Streamlit draws fields after this

const browser = (() => {
  try {
    return globalThis.localStorage;
  } catch (error) {
    return null; // forbidden: nothing is kept
  }
})();

// Streamlit may read this file again.
const notes = (globalThis.labelerTold ??= new Map()); // by scope
const sent = (globalThis.labelerSent ??= new Map()); // by storage key: what was saved last

class Keeper {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.saved = data.saved;
    this.stop = new AbortController();
    this.restored = new Set();
    this.mine = {}; // what was put into fields, until somebody types there
    this.note = root.querySelector("[data-ref=note]");
    root.querySelector("[data-ref=drop]").addEventListener("click", () => this.drop());
    document.addEventListener("input", (event) => this.typed(event), { signal: this.stop.signal, capture: true });
    this.show();
    this.forgetOld();
    this.tries = 0;
  }

  /* What follows a tilde says how often the form was saved in this session. */
  storage(name) { return `${PREFIX}${this.data.owner}:${this.data.scope}:${name.split("~")[0]}`; }

  /* Streamlit makes a class of the widget's key. */
  field(name) { return document.querySelector(`.st-key-${name.replace(/[^\w-]/g, "-")} :is(textarea, input)`); }

  /* What the fields had before something was put back into them. It is told until that is saved, and can be read. */
  get told() { return notes.get(`${this.data.owner}:${this.data.scope}`); }

  set told(told) {
    notes.set(`${this.data.owner}:${this.data.scope}`, told);
    this.show();
  }

  show() {
    this.root.hidden = !this.told;
    this.note.textContent = t("What you had typed when you left this page is here again.");
  }

  typed(event) {
    const name = Object.keys(this.data.fields).find((one) => event.target === this.field(one));
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

  /* A field has no other line ends than \n. */
  isSaved(name, field) { return this.data.fields[name]?.replace(/\r\n?/g, "\n") === field.value; }

  /* Whether somebody has typed it before the keeper was there: where nobody is writing, what is not saved may also be
   * what Streamlit has yet to draw over. The field of a form that begins again has for a moment what was just saved. */
  isTyped(name, field) {
    if (sent.get(this.storage(name)) === field.value) return false;
    return this.data.fields[name] === "" || document.activeElement === field;
  }

  /* Put what was kept into each field, once, as soon as it is drawn. */
  look() {
    const open = Object.keys(this.data.fields).filter((name) => !this.restored.has(name));
    for (const name of open) {
      const [field, kept] = [this.field(name), this.kept(name)];
      if (!field || field.disabled) continue;
      this.restored.add(name);
      if (kept && kept.text !== field.value) this.restore(field, name, kept.text);
      else if (this.isSaved(name, field)) browser?.removeItem(this.storage(name));
      else if (!kept && this.isTyped(name, field)) this.keep(name, field.value);
    }
    this.tries += 1;
    if (open.length && this.tries < TRIES && !this.stop.signal.aborted) setTimeout(() => this.look(), 250);
  }

  restore(field, name, text) {
    this.told = { before: { ...this.told?.before, [name]: field.value }, until: Date.now() + TOLD_MS };
    this.type(name, text);
  }

  /* As if somebody typed it and left the field, so that Streamlit hears of it: again, where it drew over it meanwhile.
   * The focus stays where it is: somebody may be typing there. */
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
    field.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  }

  drop() {
    for (const [name, text] of Object.entries(this.told.before)) {
      if (this.field(name)) this.type(name, text);
      browser?.removeItem(this.storage(name));
    }
    this.told = null;
  }

  /* It was saved: whatever else is typed comes after it. */
  forget() {
    for (const name of Object.keys(this.data.fields)) {
      const text = this.kept(name)?.text ?? this.field(name)?.value;
      if (text) sent.set(this.storage(name), text);
      browser?.removeItem(this.storage(name));
    }
    const told = this.told;
    const hush = () => {
      if (this.told === told) this.told = null;
    };
    if (told) setTimeout(hush, told.until - Date.now());
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
    keeper = new Keeper(root, data);
    if (data.forget) keeper.forget();
    keepers.set(root, keeper);
  }
  keeper.data = data;
  if (data.saved !== keeper.saved) {
    keeper.saved = data.saved;
    keeper.forget();
  }
  keeper.look();
  return () => { keeper.close(); keepers.delete(root); };
}
