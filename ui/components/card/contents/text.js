/* A text, in the direction of its own script; long ones in smaller type. */
import { pieces } from "../pieces.js";
import { contents } from "../registry.js";

const LONG = 600;

contents.set("text", {
  fits: (content) => typeof content.text === "string",

  draw(node, content) {
    node.dir = "auto";
    node.className = content.text.length > LONG ? "text long" : "text";
    node.replaceChildren(...pieces(content.text));
  },

  preview: (content) => content.text,
});
