/* What is shown while there is nothing to answer: loading, waiting, nothing left, trouble. Methods of the card. */
import { Problem } from "./api.js";
import { make } from "./view.js";
import { counted, t, tn } from "../words.js";

/* Why there are no further items, as the service says. */
function limited(limit) {
  return {
    day: [t("That was your last item for today"), t("You have answered as many as were agreed for a day. Thank you.")],
    in_all: [t("You have answered all your items"), t("As many as were agreed for this project. Thank you.")],
    skills: [t("Nothing for you right now"), t("What is left asks for skills that you do not have here. This page checks again by itself.")],
    assigned: [t("Nothing for you right now"), t("You have answered all that is assigned to you. This page checks again by itself.")],
  }[limit];
}

export const idle = {
  /* Nothing left in the browser: ask, once everything answered has been sent. */
  async more() {
    if (this.current || this.outbox.halted || this.lesson.open) return;
    if (this.queue.items.length) { this.next(); return; }
    this.view.hint(""); // it was about the item before
    const waiting = this.outbox.waiting().length;
    if (waiting) {
      if (this.wasOffline) this.view.state("waiting", t("No connection"), `${this.unsentWords()} ${t("Labeling goes on by itself when the service answers again.")}`);
      else this.view.state("waiting", t("Sending your answers"), t("The next items come as soon as they are saved."));
      return;
    }
    if (!["empty", "stopped"].includes(this.view.root.dataset.state)) this.view.state("loading", t("Getting the next items"), t("One moment."));
    try {
      await this.queue.ask();
      this.queue.toFront(this.shownBefore());
      if (this.current) return; // an answer was taken back meanwhile: what is shown stays
      if (this.queue.items.length) this.next();
      else this.empty();
    } catch (problem) {
      if (problem instanceof Problem && this.current && problem.passing) return; // it is asked again with the next answer
      if (problem instanceof Problem) this.trouble(problem);
      else throw problem;
    }
  },

  trouble(problem) {
    if (problem.status === 401 || problem.needsAcknowledgement) {
      this.outbox.halted = problem;
      this.halted(problem);
      return;
    }
    if (problem.stops) { this.stopped(problem.message); return; }
    const again = make("button", { type: "button", class: "main", onclick: () => this.more() }, t("Try again"));
    if (problem.passing) {
      this.view.state("offline", problem.status ? t("The service is busy") : t("No connection"), `${this.unsentWords()} ${t("Labeling goes on by itself when the service answers again.")}`, again);
    } else this.view.state("error", t("The items can't be shown"), problem.message, again);
  },

  /* A training was not passed, or somebody paused this labeler: what there is to do is said once. */
  stopped(words) {
    this.queue.items = [];
    this.leavePast();
    this.current = null;
    if (this.view.root.dataset.state === "stopped" && this.view.refs.state.textContent.includes(words)) return;
    this.form.clear();
    const title = t("Nothing to label for you now");
    this.view.state("stopped", title, words, make("button", { type: "button", onclick: () => this.more() }, t("Check again")));
    this.view.say(`${title}. ${words}`);
  },

  unsentWords() {
    const waiting = this.outbox.waiting().length;
    if (!waiting) return t("All your answers are saved, and every item that was here is answered.");
    return tn("{n} of your answers waits in this browser, safe, and every item that was here is answered.", "{n} of your answers wait in this browser, safe, and every item that was here is answered.", waiting);
  },

  empty() {
    if (this.lastProgress && this.lastProgress.items.total === 0) {
      this.view.state("empty", t("No items yet"), t("Nobody has imported any. They appear here by themselves once imported."));
      return;
    }
    const look = make("button", { type: "button", onclick: () => this.more() }, t("Check again"));
    const [title, sentence] = this.whyEmpty();
    if (this.view.root.dataset.state !== "empty") this.progress(); // then the numbers are those of now
    this.view.state("empty", title, sentence, look);
    this.view.say(title);
  },

  whyEmpty() {
    if (this.queue.limit) return limited(this.queue.limit);
    const { total, unlabeled } = this.lastProgress ? this.lastProgress.items : { total: 0, unlabeled: 0 };
    const left = total ? unlabeled - this.finished : this.queue.remaining || 0;
    if (left <= 0 && this.queue.remaining > 0) return [t("Nothing for you right now"), `${t("Others are asked for what is left.")} ${t("This page checks again by itself.")}`];
    if (left <= 0) return [t("Everything is labeled"), t("Thank you. New items appear here by themselves as soon as they are imported, or come back for another look.")];
    const many = total
      ? tn("{n} of {total} items is not labeled yet: another labeler has it, or it is set aside as hard, or skipped.",
        "{n} of {total} items are not labeled yet: other labelers have them, or they are set aside as hard, or skipped.", left, { total: counted(total) })
      : tn("{n} item is not labeled yet: another labeler has it, or it is set aside as hard, or skipped.",
        "{n} items are not labeled yet: other labelers have them, or they are set aside as hard, or skipped.", left);
    return [t("Nothing for you right now"), `${many} ${t("This page checks again by itself.")}`];
  },
};
