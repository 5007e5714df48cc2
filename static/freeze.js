// The freeze: a banner for everybody, a switch and the kill button for whom they are. Flatten is beside them.
import { call } from "./api.js";
import { book, on, tell } from "./book.js";
import { find } from "./dom.js";
import { announce, confirm, toast } from "./notices.js";
import { mayCancel } from "./order_states.js";

const banner = find("#frozen");
const toggle = find("#freeze-switch"); // only whoever may freeze has it
const kill = find("#kill");
const isShared = document.body.dataset.shared === "yes"; // else the own agent alone stops
let isFrozen = false;

function show(frozen = isFrozen) {
  if (frozen !== isFrozen) announce(frozen ? "New orders are frozen." : "New orders are possible again.");
  isFrozen = frozen;
  banner.hidden = !frozen;
  toggle?.setAttribute("aria-checked", frozen);
  document.body.dataset.frozen = frozen ? "yes" : "no";
}

async function ask(method, path) {
  try {
    const answer = await call(method, path);
    show(answer.frozen);
    for (const order of answer.cancels ?? []) tell("order", order);
  } catch (problem) {
    toast("freeze", ["warn", "error"], problem.isUnknown ? "Unknown whether the freeze changed. Reload the page to see it." : problem.message);
  }
}

async function switchFreeze() {
  if (!isFrozen) return ask("POST", "/freeze"); // the safe side needs no question
  const text = isShared ? "Orders that open or add to a position can be sent again, by everybody on this desk." : "Orders that open or add to a position can be sent again.";
  if (await confirm("Allow new orders again?", text, "Allow new orders")) ask("DELETE", "/freeze");
}

async function killAll() {
  const working = [...book.orders.values()].filter(mayCancel).length;
  const text = `Freezes new orders${isShared ? " for everybody" : ""} and cancels ${working} working orders of this desk. Positions stay open, and an order may still fill before IB confirms its cancel.`;
  if (await confirm("Kill: freeze and cancel everything?", text, "Freeze and cancel")) ask("POST", "/kill");
}

async function flattenAll() {
  const { flatten } = await import("./closing.js");
  flatten();
}

toggle?.addEventListener("click", switchFreeze);
kill?.addEventListener("click", killAll);
find("#flatten")?.addEventListener("click", flattenAll);
on("status", ({ frozen }) => show(frozen ?? isFrozen)); // null: nobody knows it now
