/* What is shown while there is nothing to answer: loading, waiting, nothing left, trouble. Methods of the card. */
import { Problem } from "./api.js";
import { make } from "./view.js";

export const idle = {
  /* Nothing left in the browser: ask, once everything answered has been sent. */
  async more() {
    if (this.current || this.outbox.halted) return;
    if (this.queue.items.length) { this.next(); return; }
    const waiting = this.outbox.waiting().length;
    if (waiting) {
      this.view.state("waiting", "Sending your answers", "The next items come as soon as they are saved.");
      return;
    }
    if (this.view.root.dataset.state !== "empty") this.view.state("loading", "Getting the next items", "One moment.");
    try {
      await this.queue.ask();
      if (this.queue.items.length) this.next();
      else this.empty();
    } catch (problem) {
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
    const again = make("button", { type: "button", class: "main", onclick: () => this.more() }, "Try again");
    if (problem.passing) {
      this.view.state("offline", problem.status ? "The service is busy" : "No connection", `${this.unsentWords()} Labeling goes on by itself when the service answers again.`, again);
    } else this.view.state("error", "The items can't be shown", problem.message, again);
  },

  unsentWords() {
    const waiting = this.outbox.waiting().length;
    if (!waiting) return "All your answers are saved, and every item that was here is answered.";
    return `${waiting} of your answers ${waiting === 1 ? "waits" : "wait"} in this browser, safe, and every item that was here is answered.`;
  },

  empty() {
    if (this.lastProgress && this.lastProgress.items.total === 0) {
      this.view.state("empty", "No items yet", "Nobody has imported any. They appear here by themselves once imported.");
      return;
    }
    const look = make("button", { type: "button", onclick: () => this.more() }, "Check again");
    const [title, sentence] = this.whyEmpty();
    if (this.view.root.dataset.state !== "empty") this.progress(); // then the numbers are those of now
    this.view.state("empty", title, sentence, look);
    this.view.say(title);
  },

  whyEmpty() {
    const { total, unlabeled } = this.lastProgress ? this.lastProgress.items : { total: 0, unlabeled: 0 };
    const left = Math.max(this.queue.remaining || 0, unlabeled - this.extra);
    if (left <= 0) return ["Everything is labeled", "Thank you. New items appear here by themselves as soon as they are imported, or come back for another look."];
    const of = total ? ` of ${total.toLocaleString("en")} items` : "";
    const words = left === 1 ? "is not labeled yet: another labeler has it, or it is" : "are not labeled yet: other labelers have them, or they are";
    return ["Nothing for you right now", `${left.toLocaleString("en")}${of} ${words} set aside as hard, or skipped. This page checks again by itself.`];
  },
};
