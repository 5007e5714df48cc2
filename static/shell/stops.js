// The stops, on every page: cancel all, the freeze with its banner, the kill. Each is there only for
// whoever may use it.
import { call } from "../core/api.js";
import { book, on, tell } from "../core/book.js";
import { absence } from "./connections.js";
import { find, frame, setText } from "../core/dom.js";
import { onKey } from "./keys.js";
import { announce, confirm, toast } from "../core/notices.js";
import { workingNow } from "./working.js";

const isShared = document.body.dataset.shared === "yes"; // else the own agent alone stops
const banner = find("#frozen");
const toggle = find("#freeze-switch");
let isFrozen = false;

function show(frozen = isFrozen) {
  if (frozen !== isFrozen) announce(frozen ? "New orders are frozen." : "New orders are possible again.");
  isFrozen = frozen;
  banner.hidden = !frozen;
  toggle?.setAttribute("aria-checked", frozen);
  document.body.dataset.frozen = frozen ? "yes" : "no";
}

async function ask(method, path, unknown) {
  try {
    const { frozen, cancels } = await call(method, path);
    if (frozen !== undefined) show(frozen);
    for (const order of cancels ?? []) tell("order", order);
    if (cancels) toast("stops", ["tick", "ok"], cancels.length ? `Cancels asked for: ${cancels.length}. An order may still fill until IB confirms.` : "No order of this desk was working.");
  } catch (problem) {
    toast("stops", ["warn", "error"], problem.isUnknown ? unknown : problem.message);
  }
}

const count = (own) => (own === 1 ? "1 working order" : `${own ?? "all"} working orders`);
const UNKNOWN = "Unknown whether the cancels arrived. Watch the orders.";

async function cancelAll() {
  const own = workingNow()?.own;
  const none = own === 0 ? "None is known to work now. " : "";
  const text = `${none}Every working order of this desk is asked to cancel; orders of other programs stay. An order may still fill before IB confirms.`;
  if (await confirm(`Cancel all${own === undefined ? "" : ` (${own})`}?`, text, "Cancel all orders")) ask("DELETE", "/orders", UNKNOWN);
}

async function switchFreeze() {
  const unknown = "Unknown whether the freeze changed. Reload the page to see it.";
  if (!isFrozen) return ask("POST", "/freeze", unknown); // the safe side needs no question
  const text = `Orders that open or add to a position can be sent again${isShared ? ", by everybody on this desk" : ""}.`;
  if (await confirm("Allow new orders again?", text, "Allow new orders")) ask("DELETE", "/freeze", unknown);
}

async function kill() {
  const text = `Freezes new orders${isShared ? " for everybody" : ""} and cancels ${count(workingNow()?.own)} of this desk. Positions stay open, and an order may still fill before IB confirms its cancel.`;
  if (await confirm("Kill: freeze and cancel everything?", text, "Freeze and cancel")) ask("POST", "/kill", UNKNOWN);
}

// id -> what it does, what is said about it
const STOPS = {
  "cancel-all": [cancelAll, "Asks first. Key: Shift+X"],
  "freeze-switch": [switchFreeze, `No order that opens or adds to a position leaves${isShared ? ", for everybody on this desk" : ""}`],
  "kill-switch": [kill, "Asks first. Freezes new orders and cancels the working ones"],
};
const buttons = Object.entries(STOPS).map(([id, rest]) => [find(`#${id}`), ...rest]).filter(([button]) => button);

// Without the user's agent nothing here can reach TWS; whatever is less certain is left to the desk.
const stop = (act) => () => (absence() ? toast("stops", ["warn", "warn"], absence()) : act());

function draw() {
  const own = workingNow()?.own;
  for (const [button, , about] of buttons) {
    button.setAttribute("aria-disabled", Boolean(absence()));
    button.title = absence() || about;
    if (button.id === "cancel-all") setText(button, own === undefined ? "Cancel all" : `Cancel all (${own})`);
  }
}

for (const [button, act] of buttons) button.addEventListener("click", stop(act));
if (find("#cancel-all")) onKey("Shift+x", stop(cancelAll));
on("status", ({ frozen }) => show(frozen ?? isFrozen)); // null: nobody knows it now
on("status stream working", () => frame(draw));
