// The keys of every page: one place decides whether a key may act at all. What each does is listed
// in templates/partials/keys.html.
import { find, findAll } from "../core/dom.js";
import { isOn } from "../core/preferences.js";

const NEXT_MS = 1500; // so long a letter may follow G
const TYPED_IN = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

const acts = new Map();
const list = find("#key-list");
let isGoing = false;
let timer;

// name: "x", "Shift+x", "?", or a chord such as "Alt+Enter", which acts in fields as well and cannot
// be switched off. An act may look at the event; the browser does nothing with the key.
export const onKey = (name, act) => acts.set(name, act);

function nameOf({ key, shiftKey, altKey }) {
  const isLetter = /^[a-z]$/i.test(key);
  return (altKey ? "Alt+" : "") + (shiftKey && isLetter ? "Shift+" : "") + (isLetter ? key.toLowerCase() : key);
}

function go(letter) {
  const link = findAll("[data-go]").find(({ dataset }) => dataset.go === letter);
  return link && (() => location.assign(link.href));
}

function press(event) {
  const { target, ctrlKey, metaKey, altKey, repeat, isComposing } = event;
  if (repeat || ctrlKey || metaKey || isComposing || find("dialog[open]")) return;
  if (!altKey && (!isOn("keys") || target.closest?.(TYPED_IN))) return;
  const name = nameOf(event);
  const act = isGoing ? go(name) : acts.get(name);
  if (name !== "Shift") isGoing = false;
  if (!act) return;
  event.preventDefault();
  event.stopPropagation(); // the letter after G is no key of a row
  act(event);
}

onKey("g", () => {
  isGoing = true;
  clearTimeout(timer);
  timer = setTimeout(() => (isGoing = false), NEXT_MS);
});
onKey("?", () => list.showModal());
onKey("/", () => findAll("[data-slash]").find((node) => node.checkVisibility() && !node.disabled)?.focus());
addEventListener("keydown", press, true);
find("#show-keys").addEventListener("click", () => list.showModal());
