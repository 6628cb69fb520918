/* The card as labelers will see it, while its schema is being written: it can be tried, and nothing is sent. */
import { colors } from "./colors.js";
import { onButton, typingIn } from "./keys.js";
import { answerForm, contentOf } from "./registry.js";
import { t } from "../words.js";

const HINT = t("Try it: press a key or a button. Nothing is sent.");

function drawPreview(root, { schema, content }) {
  const refs = {};
  root.querySelectorAll("[data-ref]").forEach((node) => { refs[node.dataset.ref] = node; });
  const hint = (words) => { refs.hint.textContent = words || HINT; };
  const form = answerForm(schema, {
    hint,
    early: () => false,
    done() {
      const value = form.value();
      const words = form.text(value);
      form.clear();
      if (form.atOnce) form.set(value);
      hint(t("The answer would be: {words}", { words }));
    },
  });
  refs.answers.replaceChildren();
  form.draw(refs.answers, schema);
  contentOf(content).draw(refs.text, content);
  form.item?.(content, refs.text);
  hint("");
  return form;
}

export default function mount({ parentElement, data }) {
  const root = parentElement.querySelector(".lb");
  colors(root);
  const shown = JSON.stringify(data);
  if (root.shown === shown) return;
  root.shown = shown;
  root.form = drawPreview(root, data);
  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    if (onButton(event) && (event.key === "Enter" || event.key === " ")) return;
    if (root.form.key(event, typingIn(event))) event.preventDefault();
  };
}
