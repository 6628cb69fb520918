/* What runs alongside the answers: the state of the outbox, progress, leases, other tabs. Methods of the card. */

import { store } from "./store.js";
import { make } from "./view.js";
import { t, tn } from "../words.js";

const SILENT_MS = 12_000;

export const upkeep = {
  status() {
    const waiting = this.outbox.waiting().length;
    const refused = this.outbox.refused().length;
    const offline = this.outbox.offline || navigator.onLine === false;
    const changed = Boolean(this.wasOffline) !== offline;
    if (changed && !offline) this.checkBuild();
    this.wasOffline = offline;
    if (changed && this.view.root.dataset.state === "waiting") this.more(); // what it says is true again
    if (this.outbox.halted && this.outbox.halted.status === 401) this.view.pill("offline", t("Logged out: {waiting} waiting", { waiting }));
    else if (waiting && offline) this.view.pill("offline", t("Offline: {waiting} waiting", { waiting }));
    else if (waiting && this.outbox.tries) this.view.pill("offline", t("Trying again: {waiting} waiting", { waiting }));
    else if (refused) this.view.pill("refused", tn("{n} answer not accepted", "{n} answers not accepted", refused));
    else if (waiting) this.view.pill("sending", t("Sending {waiting}", { waiting }));
    else if (offline) this.view.pill("offline", t("Offline: all saved"));
    else this.view.pill("saved", t("All saved"));
    if (this.dialogs.open && this.dialogs.name === "refused") this.showRefused();
    if (store.limited && !this.warned) {
      this.warned = true;
      this.view.banner(t("This browser keeps nothing, or has no room left. Answers are sent as always; close the page only when it says “All saved”."));
    }
    if (!waiting && !this.current && this.view.root.dataset.state === "waiting") this.more();
  },

  /* The service may have been upgraded under this tab: its script is the former one, and goes on until it suits. */
  async checkBuild() {
    if (this.isOld) return;
    const answer = await fetch(this.data.check, { cache: "no-store" }).catch(() => null);
    const build = answer?.ok ? (await answer.text()).trim() : this.data.build;
    if (build === this.data.build || this.isOld) return;
    this.isOld = true;
    const reload = make("button", { type: "button", class: "main", "data-testid": "reload", onclick: () => window.location.reload() }, t("Reload the page"));
    this.view.banner(make("span", {}, t("There is a newer version of this page. Nothing is lost when you reload it, now or later. ")), reload);
  },

  pillPressed() {
    if (this.outbox.refused().length) this.showRefused();
    else this.outbox.resume();
  },

  showRefused() {
    const entries = this.outbox.refused();
    if (!entries.length) { this.dialogs.close(); return; }
    this.dialogs.refused(entries, (value) => this.form.text(value), (storage) => { this.outbox.retryRefused(storage); this.later("status"); }, (storage) => this.outbox.discardRefused(storage));
  },

  async progress() {
    try {
      const extra = this.extra;
      const fresh = await this.api.call("GET", `/progress?utc_offset=${-new Date().getTimezoneOffset()}`);
      this.extra -= extra;
      const unsent = this.outbox.waiting().filter((entry) => entry.kind === "label").length;
      this.extra = Math.max(this.extra, unsent);
      this.lastProgress = fresh;
      this.showNumbers();
      this.ordered(fresh.model?.number ?? null);
      if (this.view.root.dataset.state === "empty") this.empty();
    } catch (problem) { /* the numbers wait; the card goes on */ }
  },

  /* A new model has given the queue a new order. */
  ordered(model) {
    const before = this.model;
    this.model = model;
    const alone = !this.shared && performance.now() - this.heardAt > SILENT_MS; // other tabs show what is held, too
    if (before !== undefined && before !== model && alone && !this.outbox.waiting().length && !this.outbox.halted) this.queue.renew();
  },

  /* Breaks are no work: the middle of what one's last answers took. */
  showNumbers() {
    const took = [...(this.took || [])].sort((a, b) => a - b);
    this.view.numbers(this.lastProgress, this.extra, this.finished, took.length >= 3 ? took[Math.floor(took.length / 2)] / 1000 : 0, this.project.settings.overlap);
  },

  tick() {
    if (document.hidden) return;
    this.ticks = (this.ticks || 0) + 1;
    if (this.ticks % 3 === 0) this.progress();
    if (this.ticks % 2 === 0) this.outbox.adopt();
    if (this.ticks % 60 === 0) this.checkBuild();
    this.side.askFlags();
    this.lookAround();
    if (!this.current) { if (!this.dialogs.must) this.more(); return; }
    const tooLong = performance.now() - this.queue.heldSince > 800 * (this.project.settings.lease_seconds || 900);
    if (this.past) return;
    if (tooLong && !this.outbox.waiting().length && !this.outbox.halted) this.relend();
    else if (this.queue.low && !this.outbox.waiting().length) this.queue.ask().catch(() => {});
  },

  async relend() {
    const shown = this.current.key;
    try {
      await this.queue.refresh();
      const same = this.queue.items.find((item) => item.key === shown);
      if (same) { this.queue.back(same); this.current = same; } else this.next();
    } catch (problem) {
      this.queue.items = [this.current];
      this.queue.heldSince = performance.now();
    }
  },

  /* The page is left, or the browser is closed: others get what is held here, unless another tab shows it, too. */
  leave() {
    try {
      if (this.current && !this.past) sessionStorage.setItem(this.shownKey(), this.current.key);
    } catch (error) { /* forbidden: the queue says what comes first */ }
    if (!this.shared && performance.now() - this.heardAt > SILENT_MS) this.queue.giveBack();
  },

  shownKey() { return `labeler:shown:${this.data.user.id}:${this.project.slug}`; },

  /* The key of the item that this tab showed before it was reloaded: one goes on with it. */
  shownBefore() {
    try {
      const key = sessionStorage.getItem(this.shownKey());
      sessionStorage.removeItem(this.shownKey());
      return key;
    } catch (error) {
      return null;
    }
  },

  /* Whether other tabs show the same items: the browser knows, or (without HTTPS) they say so. */
  async lookAround() {
    this.tabs.postMessage({ here: true });
    this.shared = (await this.outbox.others()).length > 0;
  },

  comeBack() {
    this.current = null;
    this.more();
  },

  otherTab(message) {
    if (message.here) { this.heardAt = performance.now(); return; }
    if (message.back) { this.queue.answered.delete(message.back); return; }
    const shown = this.current && this.current.key === message.answered;
    this.queue.drop(message.answered, message.token);
    if (shown && !this.chooser.open) this.next();
  },

  visibility() {
    if (document.hidden) this.hiddenAt = performance.now();
    else {
      if (this.hiddenAt) this.hidden = (this.hidden || 0) + performance.now() - this.hiddenAt;
      this.hiddenAt = 0;
      this.tick();
    }
  },
};
