/* The guideline on the card, the gate of a new version, and what stops labeling until the labeler acts. */
import { Problem } from "./api.js";
import { store } from "./store.js";
import { make } from "./view.js";
import { t } from "../words.js";

const KEPT_CHARACTERS = 500_000;

export const gate = {
  async showGuideline(must) {
    if (this.dialogs.open && this.dialogs.name === "guideline" && !must) { this.dialogs.close(); return; }
    if (!must) this.dialogs.wait("Guideline");
    try {
      const current = await this.api.call("GET", "/guidelines/current");
      this.keepGuideline(current);
      if (must && current.acknowledged) { this.goOn(current.version); return; } // done in another tab
      this.dialogs.guideline(current, must && !current.acknowledged, () => this.acknowledge(current.version));
    } catch (problem) {
      const none = problem.status === 404;
      const words = none ? t("This project has no published guideline yet. Managers write it.") : problem.message;
      if (must) {
        this.outbox.halted = null;
        this.trouble(new Problem(problem.status || 0, { detail: words }, 0));
        return;
      }
      const kept = problem.passing ? this.keptGuideline() : null;
      if (kept) this.dialogs.guideline({ ...kept, acknowledged: true, kept: true }, false, () => {});
      else this.dialogs.show("guideline", t("Guideline"), [make("p", {}, words), ...(none ? [this.guidelinePage()] : [])], []);
    }
  },

  guidelinePage() {
    const href = `guidelines?project=${encodeURIComponent(this.project.slug)}`;
    return make("p", {}, make("a", { href, "data-testid": "guideline-page" }, t("Open the page Guideline")));
  },

  /* For when there is no connection. */
  keepGuideline(current) {
    const text = JSON.stringify(current);
    try {
      if (text.length < KEPT_CHARACTERS) store.setItem(this.guidelineKey(), text);
    } catch (error) { /* full: it is there while there is a connection */ }
  },

  keptGuideline() {
    try {
      return JSON.parse(store.getItem(this.guidelineKey()));
    } catch (error) {
      return null;
    }
  },

  guidelineKey() { return `labeler:guideline:${this.data.user.id}:${this.project.slug}`; },

  async fetchGuideline() {
    if (!this.project.guideline_version || this.keptGuideline()?.version === this.project.guideline_version) return;
    try {
      this.keepGuideline(await this.api.call("GET", "/guidelines/current"));
    } catch (problem) { /* it is fetched when it is opened */ }
  },

  gate() {
    if (this.dialogs.open && this.dialogs.must) return;
    this.showGuideline(true);
  },

  async acknowledge(version) {
    try {
      await this.api.call("POST", `/guidelines/${version}/acknowledge`);
    } catch (problem) {
      this.view.banner(problem.message);
      return;
    }
    this.goOn(version);
  },

  goOn(version) {
    this.view.banner();
    this.dialogs.must = false;
    this.dialogs.close();
    this.queue.version = version;
    this.outbox.resume();
    if (!this.current) this.more();
  },

  halted(problem) {
    if (problem.needsAcknowledgement) { this.gate(); return; }
    const link = make("button", { type: "button", class: "main", "data-testid": "log-in-again", onclick: () => window.location.reload() }, t("Log in again"));
    this.view.banner(make("span", {}, t("Your session has ended. Unsent answers stay in this browser and are sent after you log in. ")), link);
    if (!this.current) this.view.state("expired", t("Your session has ended"), t("Log in again to continue."));
    this.status();
  },
};
