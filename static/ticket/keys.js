// Keys of the ticket. No key sends an order in one stroke: Enter sends only on the button of a
// preview that is there to be read, and a held key does nothing.
import { find } from "../core/dom.js";
import { onKey } from "../shell/keys.js";
import { fields, form } from "./size.js";

const button = find("#ticket-submit");
const block = find(".ticket");

function chooseSide(side) {
  const choice = find(`[value="${side}"]`, form);
  if (block.hidden || document.body.dataset.may === "read" || choice.closest("[inert]")) return;
  fields.action.value = side;
  choice.dispatchEvent(new Event("input", { bubbles: true }));
  fields.totalQuantity.focus();
  fields.totalQuantity.select();
}

// isReady: whether a preview is shown; step(name, by) changes a number
export function startKeys(isReady, step) {
  form.addEventListener("keydown", (event) => {
    const { key, target, repeat, altKey } = event;
    const by = { ArrowUp: 1, ArrowDown: -1 }[key];
    if (by && target.closest(".stepper")) step(target.name, by);
    else if (key === "Enter" && altKey && repeat) event.stopPropagation(); // held: the button must not take it for a press
    else if (key !== "Enter" || altKey || target.closest("summary, a, button[type=button]") || (!repeat && (!isReady() || target === button))) return;
    else button.focus();
    event.preventDefault();
  });
  onKey("b", () => chooseSide("BUY"));
  onKey("s", () => chooseSide("SELL"));
  onKey("Alt+Enter", () => {
    if (block.hidden) return;
    button.focus();
    if (!isReady()) form.requestSubmit();
  });
}
