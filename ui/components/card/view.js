/* Drawing. Every text from data goes in as text, never as markup; the one exception is the guideline's HTML. */

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function valueText(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function preview(content) {
  if (!content) return "";
  if (typeof content.text === "string") return content.text;
  return Object.entries(content.fields || {}).map(([name, value]) => `${name}: ${valueText(value)}`).join(", ");
}

function definitions(list, pairs) {
  list.replaceChildren(...pairs.flatMap(([name, value]) => [
    make("dt", {}, name), make("dd", {}, valueText(value)),
  ]));
}

/* Keys of the card itself: a label that asks for one of them gets a digit instead. */
const OWN_KEYS = ["u", "s", "h", "g"];

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

export class View {
  constructor(root, project) {
    this.root = root;
    this.project = project;
    this.refs = {};
    root.querySelectorAll("[data-ref]").forEach((node) => { this.refs[node.dataset.ref] = node; });
    this.keys = hotkeys(project.labels);
    this.buttons = new Map();
    this.said = "";
  }

  labels(onChoose) {
    const keyOf = new Map([...this.keys].map(([key, name]) => [name, key]));
    const nodes = this.project.labels.map((label) => {
      const key = keyOf.get(label.name);
      const swatch = make("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.background = label.color || "var(--lb-accent)";
      const name = make("span", { class: "name" }, label.name);
      if (label.parent) name.prepend(make("small", {}, `${label.parent} › `));
      const button = make("button", {
        type: "button", class: "label", "data-testid": `label-${label.name}`, title: label.description || null,
        "aria-keyshortcuts": key || null, onclick: (event) => onChoose(label.name, event),
      }, swatch, name, key ? make("kbd", {}, key.toUpperCase()) : null);
      this.buttons.set(label.name, button);
      return button;
    });
    this.refs.labels.replaceChildren(...nodes);
    this.refs.search.hidden = this.project.labels.length <= 9;
  }

  filter(words) {
    const wanted = words.trim().toLowerCase();
    let first = null;
    for (const label of this.project.labels) {
      const fits = `${label.name} ${label.description || ""} ${label.parent || ""}`.toLowerCase().includes(wanted);
      this.buttons.get(label.name).hidden = !fits;
      if (fits && !first) first = label.name;
    }
    return first;
  }

  /* The path from key press to paint: a few text nodes, nothing else. */
  item(item) {
    const { text, meta, state, item: article } = this.refs;
    if (typeof item.content.text === "string") {
      text.className = item.content.text.length > 600 ? "text long" : "text";
      text.textContent = item.content.text;
    } else {
      text.className = "text";
      const list = make("dl", { class: "row" });
      definitions(list, Object.entries(item.content.fields || {}));
      text.replaceChildren(list);
    }
    text.scrollTop = 0;
    const pairs = Object.entries(item.metadata || {});
    meta.hidden = pairs.length === 0;
    definitions(meta, pairs);
    article.hidden = false;
    state.hidden = true;
    this.show("item");
  }

  show(state) {
    if (this.root.dataset.state !== state) this.root.dataset.state = state;
  }

  /* Loading, empty, offline, error: a title, a sentence, at most two ways on. */
  state(name, title, sentence, ...actions) {
    const { state, item } = this.refs;
    this.show(name);
    item.hidden = true;
    state.hidden = false;
    const row = actions.length ? make("div", { class: "actions" }, ...actions) : null;
    const parts = [make("h2", {}, title), make("p", {}, sentence), row].filter(Boolean);
    state.replaceChildren(...parts);
  }

  hint(words) { this.refs.hint.textContent = words || "\u00a0"; }

  banner(...parts) {
    this.refs.banner.hidden = parts.length === 0;
    this.refs.banner.replaceChildren(...parts);
  }

  pill(kind, words) {
    const { pill } = this.refs;
    if (pill.dataset.kind !== kind) pill.dataset.kind = kind;
    if (pill.textContent !== words) pill.textContent = words;
  }

  chosen(names) {
    for (const [name, button] of this.buttons) button.setAttribute("aria-pressed", String(names.includes(name)));
  }

  say(words) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.refs.live.textContent = words; }, 60);
  }

  numbers(progress, extra) {
    const { items, labels, pace, estimate } = progress;
    const labeled = Math.min(items.total, items.labeled + extra);
    this.refs.track.setAttribute("aria-valuemax", items.total);
    this.refs.track.setAttribute("aria-valuenow", labeled);
    this.refs.fill.style.transform = `scaleX(${items.total ? labeled / items.total : 0})`;
    const parts = [`${labeled.toLocaleString("en")} of ${items.total.toLocaleString("en")} labeled`];
    parts.push(`you: ${(labels.mine_today + extra).toLocaleString("en")} today`);
    if (pace && pace.per_hour) parts.push(`${Math.round(pace.per_hour).toLocaleString("en")} an hour`);
    if (estimate && estimate.labels_left) parts.push(`about ${Math.max(0, Math.round(estimate.labels_left - extra)).toLocaleString("en")} to go`);
    const words = parts.join("  ·  ");
    if (this.refs.numbers.textContent !== words) this.refs.numbers.textContent = words;
  }
}
