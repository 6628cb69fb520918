/* Streamlit calls this at every run of the page; the card is made once and kept. */
import { Card } from "./card.js";

const cards = new WeakMap();

function colors(root) {
  const value = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const hex = /^#([0-9a-f]{6})/i.exec(value);
  if (!hex) return;
  const number = parseInt(hex[1], 16);
  const light = 0.299 * (number >> 16) + 0.587 * ((number >> 8) & 255) + 0.114 * (number & 255);
  root.dataset.mode = light < 128 ? "dark" : "light";
}

export default function mount(component) {
  const { parentElement, data } = component;
  const root = parentElement.querySelector(".lb");
  colors(root);
  let card = cards.get(root);
  if (card && card.project.slug !== data.project.slug) {
    card.close();
    card = null;
  }
  if (!card) {
    card = new Card(root, data);
    cards.set(root, card);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => setTimeout(() => colors(root), 300), { signal: card.stop.signal });
    performance.mark("labeler:card-ready");
  }
  card.api.csrf = data.csrf;
  return () => { card.close(); cards.delete(root); };
}
