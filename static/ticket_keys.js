// Keys of the ticket. No key sends an order in one stroke: Enter sends only on the button of a
// preview that is there to be read, and a held key does nothing.
import { find } from "./dom.js";
import { isOn } from "./preferences.js";
import { fields, form } from "./ticket_size.js";

const TYPED_IN = "select, textarea, [contenteditable], input:not([type=radio], [type=checkbox])";
const SIDES = { b: "BUY", s: "SELL" };
const button = find("#ticket-submit");

// isReady: whether a preview is shown; step(name, by) changes a number
export function startKeys(isReady, step) {
  form.addEventListener("keydown", (event) => {
    const { key, target, repeat, altKey } = event;
    const by = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (by && target.closest(".stepper")) step(target.name, by);
    else if (key !== "Enter" || altKey || target.closest("summary, a, button[type=button]") || (!repeat && (!isReady() || target === button))) return;
    else button.focus();
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const { key, target, repeat, altKey, ctrlKey, metaKey } = event;
    if (ctrlKey || metaKey || find("dialog[open]") || find(".ticket").hidden) return;
    if (altKey && key === "Enter") {
      event.preventDefault();
      if (repeat) return;
      button.focus();
      if (!isReady()) form.requestSubmit();
      return;
    }
    const side = SIDES[key.toLowerCase()];
    if (!side || altKey || repeat || target.closest(TYPED_IN) || !isOn("keys") || document.body.dataset.may === "read") return;
    event.preventDefault();
    fields.action.value = side;
    find(`[value="${side}"]`, form).dispatchEvent(new Event("input", { bubbles: true }));
    fields.totalQuantity.focus();
    fields.totalQuantity.select();
  });
}
