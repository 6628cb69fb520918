/* The keyboard, and the measure of how fast it feels. */
import { t } from "../words.js";

const COMPOSING = 229; // of a key that an input method takes, also where isComposing is off again by then

/* A key as the card knows it: full-width signs as usual ones; where a layout writes other letters than Latin ones, or
 * digits with Shift only, what is printed on that key of a Latin keyboard. */
export function keyOf(event) {
  const key = event.key.normalize("NFKC").toLowerCase();
  if (key.length > 1 && event.key.length > 1) return key; // Enter, Tab, ...
  const [, letter, digit] = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(event.code || "") || [];
  if (letter && !/[\x20-\x7e]/.test(key)) return letter.toLowerCase();
  if (digit && !event.shiftKey && !event.getModifierState?.("AltGraph") && !/[0-9]/.test(key)) return digit;
  return key;
}

export function typingIn(event) {
  const target = event.composedPath()[0];
  return target instanceof Element && (target.matches("input, textarea, select") || target.isContentEditable);
}

function insideCard(card, event) {
  return event.composedPath().includes(card.view.root) || event.composedPath()[0] === document.body;
}

function take(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/* In capture phase on the window, so that Streamlit's own keys (R, C) never interfere. */
export function onKey(card, event) {
  if (event.isComposing || event.keyCode === COMPOSING || event.altKey) return;
  const typing = typingIn(event);
  if (typing && !insideCard(card, event)) return;
  if (card.dialogs.open) {
    if (card.dialogs.name === "guideline" && !card.dialogs.must && keyOf(event) === "g") { take(event); card.dialogs.close(); }
    return;
  }
  if (card.lesson.open) {
    if (!typing && !event.ctrlKey && !event.metaKey && card.lesson.key(event)) take(event);
    return;
  }
  if (card.chooser.open) {
    if (card.chooser.key(event, typing)) take(event);
    return;
  }
  const key = keyOf(event);
  if ((event.ctrlKey || event.metaKey) && !typing && ["z", "y"].includes(key)) {
    take(event);
    if (!event.repeat) card.act(key === "y" || event.shiftKey ? "redo" : "undo", event);
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  if (card.past && key === "escape" && !typing) { take(event); card.goOnLabeling(); return; }
  if (card.current && card.form.key(event, typing)) { take(event); return; }
  if (typing) return;
  if (key === "escape") { if (!card.side.uncompare()) card.takeBack(); return; }
  const found = key === "backspace" ? "undo" : card.actions.get(key);
  const action = found === "undo" && event.shiftKey ? "redo" : found;
  if (action) {
    take(event);
    if (!event.repeat) card.act(action, event); // a key that is held is pressed once
    return;
  }
  if (["+", "=", "-"].includes(key)) { take(event); card.room.resize(key === "-" ? -1 : 1); return; }
  if (key === "arrowleft" || key === "arrowright") { take(event); card.step(key === "arrowleft" ? 1 : -1); return; }
  if (key === "r" || key === "c") take(event);
  else if (!onButton(event)) scroll(card, event);
}

export function onButton(event) {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest("button, a, summary") !== null;
}

/* Long items scroll with the keys that a reader expects, wherever the focus is. */
function scroll(card, event) {
  const box = card.view.refs.text;
  const step = { ArrowDown: 48, ArrowUp: -48, PageDown: box.clientHeight - 40, PageUp: 40 - box.clientHeight, " ": box.clientHeight - 40 }[event.key];
  if (step === undefined || box.scrollHeight <= box.clientHeight) return;
  take(event);
  box.scrollTop += event.shiftKey && event.key === " " ? -step : step;
}

/* From the key press (or click) until the frame that shows the next item is painted. */
export function measure(event) {
  const start = event && event.timeStamp ? event.timeStamp : performance.now();
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      performance.mark("labeler:painted");
      performance.measure("labeler:key-to-paint", { start, end: performance.now() });
      performance.clearMarks("labeler:painted");
    };
    channel.port2.postMessage(0);
  });
}

/* What the card does besides answering, its usual key, and the words for it. */
const ACTIONS = [
  ["undo", "u", t("Undo, as often as you like")], ["skip", "s", t("Skip, with a reason")],
  ["flag", "h", t("Mark as hard, with a reason and a note")], ["guideline", "g", t("Guideline")],
  ["like", "c", t("Items like this one, and how they were labeled")], ["own", "a", t("Your last answers")],
  ["describe", "d", t("What the labels mean")], ["find_field", "f", t("Find a field of a table row")],
];

/* Key -> action. A key that a label has, or that one chose for something else, does nothing here. */
export function actionsOf(card) {
  const { ownKeys } = card;
  const chosen = new Set(Object.values(ownKeys.chosen));
  const labelKeys = card.form.list?.keys || new Map();
  const found = new Map([["?", "help"]]);
  for (const [name, usual] of ACTIONS) {
    const own = ownKeys.of("do", name);
    const key = own || (chosen.has(usual) ? null : usual);
    if (key && !labelKeys.has(key)) found.set(key, name);
  }
  return found;
}

/* Everything that has a key, for the list of keys; what has a kind can be changed. */
export function keyRows(card) {
  const byName = new Map([...card.actions].map(([key, name]) => [name, key]));
  return [
    ...(card.form.list?.keyRows() || []),
    ...card.form.helpRows().map(([key, words]) => ({ key, words })),
    ...ACTIONS.filter(([name]) => name !== "find_field" || card.current?.content?.fields).map(([name, , words]) => ({ kind: "do", name, key: byName.get(name), words })),
    { key: "Shift+U", words: t("Give again what was undone") }, { key: "← →", words: t("Look at the answer before, or after") },
    { key: "+ -", words: t("Larger or smaller text") }, { key: "?", words: t("These keys") }, { key: "Esc", words: t("Close what is open") },
  ];
}
