/* A table row: the names of its columns next to their values, each in its own direction. */
import { contents } from "../registry.js";
import { definitions, make, valueText } from "../view.js";

contents.set("table", {
  fits: (content) => typeof content.fields === "object" && content.fields !== null,

  draw(node, content) {
    const list = make("dl", { class: "row" });
    definitions(list, Object.entries(content.fields));
    node.removeAttribute("dir");
    node.className = "text";
    node.replaceChildren(list);
  },

  preview: (content) => Object.entries(content.fields).map(([name, value]) => `${name}: ${valueText(value)}`).join(", "),
});
