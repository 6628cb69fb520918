/* Streamlit calls this at every run of the page; the card is made once and kept. */
import { Card } from "./card.js";
import { colors } from "./colors.js";

const cards = new WeakMap();

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
    performance.mark("labeler:card-ready");
  }
  card.api.csrf = data.csrf;
  return () => { card.close(); cards.delete(root); };
}
