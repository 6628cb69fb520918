/* What opens next to the item: the choosers of skip and hard flag, and the dialogs. */
import { keyOf, onButton } from "./keys.js";
import { preview } from "./registry.js";
import { make, rendered } from "./view.js";
import { t } from "../words.js";

/* A character, and no command of the browser. */
function isText(event) {
  return event.key.length === 1 && event.key.trim() !== "" && !event.ctrlKey && !event.metaKey && !event.altKey;
}

const ANSWER = { label: t("Label"), skip: t("Skip"), flag: t("Hard flag"), undo: t("Undo") };

/* A row of reasons with digits, a note where asked, all by keyboard. */
export class Chooser {
  constructor(node, onDone) {
    this.node = node;
    this.onDone = onDone; // (kind, {reason, note, keep}) or (null) when closed
    this.kind = null;
    this.reason = null;
    this.left = null; // {key, note}: what was written of an item when it was closed
  }

  get open() { return this.kind !== null; }

  /* key: the item's; what was written of it before is there again. */
  show(kind, reasons, key) {
    this.kind = kind;
    this.about = key;
    this.reason = null;
    this.reasons = reasons.length ? reasons : ["not sure"];
    const flag = kind === "flag";
    this.node.setAttribute("aria-label", flag ? t("Why is this hard?") : t("Why skip?"));
    this.choices = this.reasons.map((reason, index) => make("button", {
      type: "button", class: "reason", "aria-pressed": "false", "data-testid": `reason-${index + 1}`,
      onclick: () => this.choose(index),
    }, reason, index < 9 ? make("kbd", {}, String(index + 1)) : null));
    const close = make("button", { type: "button", class: "quietly", onclick: () => this.close() }, t("Cancel"), make("kbd", {}, "Esc"));
    const title = make("p", { class: "title", role: "status" }, flag ? t("Why is this hard?") : t("Why skip this item?"));
    this.title = title;
    const rows = [title, make("div", { class: "reasons" }, ...this.choices)];
    this.note = null;
    if (flag) {
      this.note = make("textarea", { rows: "2", maxlength: "2000", "data-testid": "flag-note", "aria-label": t("Note (optional)"), "aria-keyshortcuts": "N", placeholder: t("Note (optional): what makes it hard?") });
      if (this.left?.key === key) this.note.value = this.left.note;
      rows.push(make("div", { class: "noted" }, this.note, make("kbd", {}, "N")), make("div", { class: "actions" },
        make("button", { type: "button", class: "main", "data-testid": "flag-alone", onclick: () => this.finish(false) }, t("Set aside without a label"), make("kbd", {}, "Enter")),
        make("button", { type: "button", "data-testid": "flag-keep", onclick: () => this.finish(true) }, t("Label it too"), make("kbd", {}, "L")), close));
    } else rows.push(make("div", { class: "actions" }, close));
    this.node.replaceChildren(...rows);
    this.node.hidden = false;
    this.node.focus({ preventScroll: true });
  }

  choose(index) {
    if (index >= this.reasons.length) return;
    this.reason = this.reasons[index];
    this.choices.forEach((node, i) => node.setAttribute("aria-pressed", String(i === index)));
    if (this.kind === "skip") this.finish(false);
    else this.node.focus({ preventScroll: true }); // Enter sets it aside
  }

  /* N leads into the note; what else is typed there begins it. */
  write(event) {
    this.note.focus({ preventScroll: true });
    return keyOf(event) === "n";
  }

  finish(keep) {
    if (this.reason === null) {
      this.title.textContent = t("Choose a reason first: press its number.");
      return;
    }
    const note = this.note ? this.note.value.trim() : "";
    const answer = { reason: this.reason, keep };
    if (note) answer.note = note;
    const { kind } = this;
    this.left = null;
    this.hide();
    this.onDone(kind, answer);
  }

  close() {
    if (this.note) this.left = { key: this.about, note: this.note.value };
    this.hide();
    this.onDone(null);
  }

  hide() {
    this.kind = null;
    this.node.hidden = true;
  }

  /* True when the key was for the chooser. */
  key(event, typing) {
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && onButton(event)) return false;
    else if (this.kind === "flag" && event.key === "Enter" && !event.shiftKey) this.finish(false);
    else if (typing) return false;
    else if (/^[1-9]$/.test(keyOf(event))) this.choose(Number(keyOf(event)) - 1);
    else if (this.kind === "flag" && keyOf(event) === "l") this.finish(true);
    else if (this.note && (keyOf(event) === "n" || isText(event))) return this.write(event);
    else if (["Tab", " ", "Enter", "Shift"].includes(event.key)) return false;
    return true;
  }
}

export class Dialogs {
  constructor(node, onClose) {
    this.node = node;
    this.must = false;
    node.addEventListener("cancel", (event) => { if (this.must) event.preventDefault(); });
    node.addEventListener("click", (event) => { if (event.target === node && !this.must) node.close(); });
    node.addEventListener("close", () => { this.name = null; onClose(); });
  }

  get open() { return this.node.open; }

  show(name, title, body, actions, must = false) {
    this.name = name;
    this.must = must;
    const close = must ? null : make("button", { type: "button", class: "quietly close", "aria-label": t("Close"), onclick: () => this.node.close() }, "✕");
    this.node.replaceChildren(
      make("header", {}, make("h2", { id: "lb-dialog-title" }, title), close),
      make("div", { class: "body", tabindex: "0" }, ...body),
      actions.length ? make("footer", {}, ...actions) : "",
    );
    this.node.dataset.name = name;
    if (!this.node.open) this.node.showModal();
    const first = this.node.querySelector("footer button") || this.node.querySelector(".body");
    first.focus();
  }

  close() { if (this.node.open) this.node.close(); }

  wait(title) { this.show("wait", title, [make("p", {}, t("Loading …"))], []); }

  guideline(current, must, onAcknowledge) {
    const body = [];
    const changes = (current.changes || []).filter((row) => row.kind !== "same");
    if (!current.acknowledged && current.acknowledged_version && changes.length) {
      body.push(make("h3", {}, t("What changed since version {version}", { version: current.acknowledged_version })));
      if (current.note) body.push(make("p", { class: "note" }, current.note));
      body.push(changeList(changes));
      body.push(make("h3", {}, t("The whole guideline")));
    }
    if (current.kept) body.push(make("p", { class: "note" }, t("There is no connection: this is the version that this browser kept.")));
    body.push(rendered("div", { class: "guideline", "data-testid": "guideline-text" }, current.html));
    const actions = current.acknowledged
      ? [make("button", { type: "button", class: "main", onclick: () => this.close() }, t("Back to labeling"), make("kbd", {}, "Esc"))]
      : [make("button", { type: "button", class: "main", "data-testid": "acknowledge", onclick: onAcknowledge }, t("I have read it, continue"), make("kbd", {}, "Enter"))];
    const title = current.acknowledged ? t("Guideline, version {version}", current) : t("Please read: guideline version {version}", current);
    this.show("guideline", title, body, actions, must);
    this.node.querySelector(".body").scrollTop = 0;
  }

  help(list) {
    this.show("help", t("Keys"), list.nodes, [make("button", { type: "button", class: "main", onclick: () => this.close() }, t("Back to labeling"), make("kbd", {}, "Esc"))]);
  }

  refused(entries, textOf, onRetry, onDiscard) {
    const rows = entries.map((entry) => make("li", {},
      make("p", { class: "quote" }, preview(entry.about && entry.about.content).slice(0, 240)),
      make("p", {}, `${ANSWER[entry.kind]}${entry.kind === "label" ? `: ${textOf(entry.body.value)}` : ""}. ${t("The service said: {why}", entry)}`),
      make("div", { class: "actions" },
        make("button", { type: "button", onclick: () => onRetry(entry.storage) }, t("Send again")),
        make("button", { type: "button", "data-testid": "discard", onclick: () => onDiscard(entry.storage) }, t("Discard")))));
    this.show("refused", t("Answers that were not accepted"), [
      make("p", {}, t("These are not saved. Send them again once the reason is fixed, or discard them.")),
      make("ul", { class: "refused" }, ...rows),
    ], [make("button", { type: "button", class: "main", onclick: () => this.close() }, t("Back to labeling"))]);
  }
}

function side(tag, text, html) { return html ? rendered(tag, { class: "guideline" }, html) : make(tag, {}, text); }

function changeList(rows) {
  const words = { added: t("New"), removed: t("Removed"), changed: t("Changed") };
  return make("ul", { class: "changes", "data-testid": "guideline-changes" }, ...rows
    .filter((row) => (row.left || "").trim() || (row.right || "").trim())
    .map((row) => make("li", { class: row.kind },
      make("b", {}, words[row.kind]),
      row.left ? side("del", row.left, row.left_html) : null,
      row.right ? side("ins", row.right, row.right_html) : null)));
}
