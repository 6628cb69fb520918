/* A text, in the direction of its own script; long ones in smaller type. */
import { contents } from "../registry.js";

const LONG = 600;

contents.set("text", {
  fits: (content) => typeof content.text === "string",

  draw(node, content) {
    node.dir = "auto";
    node.className = content.text.length > LONG ? "text long" : "text";
    node.textContent = content.text;
  },

  preview: (content) => content.text,
});
