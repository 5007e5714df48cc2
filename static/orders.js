// The orders blotter: live status, filter chips with counts, cancel. Asks the desk only to cancel.
import { call } from "./api.js";
import { book, on, orderKey, places, tell } from "./book.js";
import { fill, find, findAll, flash, frame, keyedRows, note, press, setText, sign } from "./dom.js";
import { number, orderName, orderText, quantity, sideText, termsText, when } from "./format.js";
import { confirm, reasonOf, toast } from "./messages.js";

// IB's status -> shape, tone
const STATUSES = {
  PendingSubmit: ["quarter", "busy"],
  PreSubmitted: ["half", "busy"],
  Submitted: ["most", "info"],
  PendingCancel: ["glass", "warn"],
  Filled: ["full", "ok"],
  Cancelled: ["cross", "off"],
  Inactive: ["warn", "error"],
};
// The desk's state, where it says more than IB's status: word, shape, tone
const STATES = {
  unknown: ["Unknown", "ask", "warn"],
  not_sent: ["Not sent", "off", "off"],
  rejected: ["Rejected", "warn", "error"],
};
const GROUPS = { live: "working", sending: "working", unknown: "working", filled: "filled" };
const MOST_ROWS = 200;

const block = find("#orders-block");
const table = find("#orders");
const all = find("#cancel-all");
const chips = findAll("#orders-filter button");
let filter = new URLSearchParams(location.search).get("orders") ?? "all";

const groupOf = (order) => GROUPS[order.state] ?? "ended";
export const isWorking = (order) => groupOf(order) === "working";
// Only the program that placed an order can cancel it. Asking IB twice is harmless; a lost request is not.
export const mayCancel = (order) => isWorking(order) && order.origin === "desk";

// {word, look: [shape, tone], sub}
export function statusOf(order) {
  const { status, filled, whyHeld } = order;
  const [word, ...look] = STATES[order.state] ?? [status ?? "Sending", ...(STATUSES[status] ?? ["ring", "busy"])];
  const subs = {
    PendingCancel: "cancel requested, may still fill",
    Unknown: "check before placing it again",
    Rejected: reasonOf(order).short,
  };
  const part = filled > 0 && isWorking(order) ? `${quantity(filled)} filled` : "";
  return { word, look, sub: subs[word] ?? (whyHeld ? `held: ${whyHeld}` : part) };
}

export async function cancelOrder(order) {
  try {
    tell("order", await call("DELETE", `/orders/${encodeURIComponent(order.clientOrderId)}`));
  } catch (problem) {
    const text = problem.isUnknown ? "Unknown whether the cancel arrived. Watch the status." : problem.message;
    toast(`cancel ${orderKey(order)}`, ["warn", "error"], text);
  }
}

function patch(tr, order, before) {
  const { order: terms, contract, orderId, permId, filled } = order;
  const digits = places(contract.symbol);
  const { word, look, sub } = statusOf(order);
  tr.dataset.clientOrderId = orderKey(order);
  fill(tr, {
    submittedAt: { text: when(since(order)), title: `${since(order)} · orderId ${orderId ?? "—"} · permId ${permId ?? "—"}` },
    origin: `${orderName({ orderId, clientOrderId: orderKey(order) })} ${order.origin ?? ""}`,
    action: { text: sideText(terms), tone: terms.action === "SELL" ? "down" : "up" },
    totalQuantity: quantity(terms.totalQuantity),
    symbol: contract.symbol,
    orderType: `${termsText(terms, digits)} ${terms.tif ?? ""}`,
    filled: `${quantity(filled)}/${quantity(terms.totalQuantity)}`,
    avgFillPrice: number(order.avgFillPrice || null, digits),
    sub: { text: sub, title: sub },
  });
  find("progress", tr).value = filled / terms.totalQuantity || 0;
  sign(find('[data-field="status"]', tr), look, word);
  const cancel = find("[data-cancel]", tr);
  cancel.hidden = !mayCancel(order);
  cancel.setAttribute("aria-label", `Cancel ${orderText(terms, contract.symbol, digits)}`);
  if (before && (before.status !== order.status || before.filled !== filled)) flash(tr);
}

const show = keyedRows(find("tbody", table), "order-row", patch);

// Nobody here saw an order of another program being placed.
const since = ({ submittedAt, updatedAt }) => submittedAt ?? updatedAt;

function draw() {
  const list = [...book.orders].sort(([, a], [, b]) => (since(a) < since(b) ? 1 : -1));
  const of = (name) => list.filter(([, order]) => name === "all" || groupOf(order) === name);
  const shown = of(filter);
  for (const chip of chips) setText(find("b", chip), String(of(chip.dataset.filter).length));
  press(chips, (chip) => chip.dataset.filter === filter);
  show(shown.slice(0, MOST_ROWS));
  const ours = list.filter(([, order]) => mayCancel(order)).length;
  all.hidden = !ours;
  setText(all, `Cancel all (${ours})`);
  const problem = book.failed.orders;
  const empty = problem === "" ? "No orders here yet. What you send appears here." : "Loading orders…";
  const more = shown.length > MOST_ROWS ? `The newest ${MOST_ROWS} of ${shown.length} orders.` : "";
  note(find(".note", block), problem || (shown.length ? more : empty), problem && "error");
  table.hidden = !shown.length;
}

function choose({ dataset }) {
  filter = dataset.filter;
  history.replaceState(null, "", filter === "all" ? "/" : `/?orders=${filter}`);
  draw();
}

async function cancelAll() {
  const text = "Every working order of this desk is asked to cancel; orders of other programs stay. An order may still fill before IB confirms.";
  if (!(await confirm(`${all.textContent}?`, text, "Cancel all orders"))) return;
  try {
    const { cancels } = await call("DELETE", "/orders");
    for (const order of cancels) tell("order", order);
  } catch (problem) {
    toast("cancel all", ["warn", "error"], problem.message);
  }
}

table.addEventListener("click", ({ target }) => {
  const order = book.orders.get(target.closest("tbody tr")?.dataset.key);
  if (order && target.closest("[data-cancel]")) cancelOrder(order);
  else if (order) tell("open", order);
});
for (const chip of chips) chip.addEventListener("click", () => choose(chip));
all.addEventListener("click", cancelAll);
on("order orders failed", () => frame(draw));
