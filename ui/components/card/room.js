/* Room on the screen: the item takes what the answers leave free, long lists of labels scroll on their own, and the text
 * is as large as this person likes it. */
import { store } from "./store.js";

const LEAST = 208; // pixels for the item
const LEAST_ON_LOW = 112; // on a phone that lies on its side, as card.css has it
const LIST_LEAST = 144; // and for a list of labels
const LIST_MOST = 0.45; // of what both have together
const BELOW = 12;
const SIZES = [0.75, 0.87, 1, 1.15, 1.3, 1.5, 1.75, 2];

export class Room {
  constructor(view, userId, signal) {
    this.view = view;
    this.key = `labeler:text-size:${userId}`;
    this.size = Number(store.getItem(this.key)) || 1;
    this.draw();
    window.addEventListener("resize", () => this.fit(), { signal });
    let [above, wide] = [0, 0]; // a banner comes or goes, the numbers take a line more, the side bar is folded
    const watch = new ResizeObserver(() => {
      const { top, width } = view.refs.stage.getBoundingClientRect();
      if (Math.abs(top + this.scrolled() - above) < 1 && Math.abs(width - wide) < 1) return;
      this.fit();
      [above, wide] = [view.refs.stage.getBoundingClientRect().top + this.scrolled(), width];
    });
    watch.observe(view.root.querySelector(".bar"));
    watch.observe(view.refs.banner);
    signal.addEventListener("abort", () => watch.disconnect());
  }

  /* Larger (1) or smaller (-1) texts, kept in this browser. */
  resize(step) {
    const at = SIZES.indexOf(this.size) < 0 ? 2 : SIZES.indexOf(this.size);
    this.size = SIZES[Math.min(SIZES.length - 1, Math.max(0, at + step))];
    try {
      store.setItem(this.key, String(this.size));
    } catch (error) { /* full: it holds until the page is left */ }
    this.draw();
  }

  draw() { this.view.refs.text.style.setProperty("--lb-size", String(this.size)); }

  /* Nothing here runs between a key and the next item: the sizes do not depend on it. */
  fit() {
    const { root, refs: { stage, answer } } = this.view;
    const least = matchMedia("(max-height: 480px)").matches ? LEAST_ON_LOW : LEAST;
    const list = root.querySelector(".labels.many");
    stage.style.height = `${least}px`;
    if (list) list.style.maxHeight = "none";
    const above = stage.getBoundingClientRect().top + this.scrolled();
    const gap = answer.getBoundingClientRect().top - stage.getBoundingClientRect().bottom;
    const wanted = list ? list.offsetHeight : 0;
    const free = window.innerHeight - above - gap - (answer.offsetHeight - wanted) - BELOW;
    const taken = Math.min(wanted, Math.max(LIST_LEAST, Math.floor(free * LIST_MOST)));
    if (list) list.style.maxHeight = `${taken}px`;
    stage.style.height = `${Math.max(least, Math.floor(free - taken))}px`;
  }

  scrolled() {
    let node = this.view.root;
    while (node) {
      if (node.scrollTop) return node.scrollTop;
      node = node.parentElement || (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
    }
    return 0;
  }
}
