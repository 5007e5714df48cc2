// What the page says by itself: toasts, a line for screen readers, and the confirm question.
import { clone, fill, find, findAll, sign } from "./dom.js";
import { clock } from "./format.js";

const MOST_TOASTS = 4;
const TOAST_MS = 8000;

const toasts = new Map();

// The same key replaces a toast that is still there. Errors are announced at once and stay longer.
export function toast(key, look, text) {
  const urgent = look[1] === "error";
  const node = sign(clone("toast"), look, text);
  find("button", node).addEventListener("click", () => node.remove());
  toasts.get(key)?.remove();
  toasts.set(key, node);
  const area = find(urgent ? "#toasts-urgent" : "#toasts-polite");
  area.append(node);
  if (area.children.length > MOST_TOASTS) area.firstElementChild.remove();
  setTimeout(() => node.remove(), urgent ? 3 * TOAST_MS : TOAST_MS);
}

export function announce(text) {
  find("#announce").textContent = `${clock(Date.now())} ${text}`;
}

let settle = () => {};

// Asks in a dialog; Esc and "Go back" mean no. The event of a close comes a moment after it: it must
// not answer the next question.
export function confirm(title, text, yes) {
  settle();
  const dialog = fill(find("#confirm-dialog"), { title, text, yes });
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    settle = () => resolve(dialog.returnValue === "yes");
  });
}

document.querySelector("#confirm-dialog")?.addEventListener("close", ({ target }) => target.open || settle());

for (const button of findAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
