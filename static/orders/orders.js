// The orders blotter: live status, filter chips with counts, legs under their parent, cancel.
// Asks the desk only to cancel; a change has its own dialog.
import { book, on, orderKey, places } from "../core/book.js";
import { cancelOrder } from "./cancelling.js";
import { fill, find, findAll, flash, frame, keyedRows, note, press, setAttributes, setText, sign } from "../core/dom.js";
import { contractText, number, orderName, orderText, quantity, sideText, termsText, when } from "../core/format.js";
import { changeNote, differencesText, groupOf, mayCancel, mayModify, statusOf } from "./order_states.js";

const MOST_ROWS = 200;

const block = find("#orders-block");
const table = find("#orders");
const chips = findAll("#orders-filter button");
let filter = new URLSearchParams(location.search).get("orders") ?? "all";

// The line under the order: what was asked to change, or what TWS changed by itself.
function remark(order) {
  const [tone, text] = changeNote(order) ?? ["warn", differencesText(order)];
  return { text, tone, title: text };
}

function patch(tr, order, before) {
  const { order: terms, contract, orderId, permId, filled } = order;
  const digits = places(contract);
  const { word, look, sub } = statusOf(order);
  const name = orderText(terms, contractText(contract), digits);
  setAttributes(tr, { "data-client-order-id": orderKey(order), "data-state": order.state });
  fill(tr, {
    submittedAt: { text: when(since(order)), title: `${since(order)} · orderId ${orderId ?? "—"} · permId ${permId ?? "—"}` },
    page: { text: orderName({ orderId, clientOrderId: orderKey(order) }), title: `Everything about ${name}` },
    origin: order.origin === "desk" ? "" : (order.origin ?? ""),
    action: { text: sideText(terms), tone: terms.action === "BUY" ? "up" : "down" },
    totalQuantity: quantity(terms.totalQuantity),
    symbol: contractText(contract),
    orderType: `${termsText(terms, digits)} ${terms.tif ?? ""}`,
    filled: `${quantity(filled)}/${quantity(terms.totalQuantity)}`,
    avgFillPrice: order.avgFillPrice ? `at ${number(order.avgFillPrice, digits)}` : "",
    sub: { text: sub, title: sub },
    remark: remark(order),
  });
  setAttributes(find("[data-page]", tr), { href: `/orders/${encodeURIComponent(orderKey(order))}` });
  setAttributes(find("progress", tr), { value: String(filled / terms.totalQuantity || 0) });
  sign(find('[data-field="status"]', tr), look, word);
  for (const [act, may] of [["cancel", mayCancel], ["modify", mayModify]]) {
    const button = find(`[data-${act}]`, tr);
    setAttributes(button, { hidden: !may(order), "aria-label": `${button.textContent} ${name}` });
  }
  if (before && (before.status !== order.status || before.filled !== filled)) flash(tr);
}

const show = keyedRows(find("tbody", table), "order-row", patch);

// Nobody here saw an order of another program being placed.
const since = ({ submittedAt, updatedAt }) => submittedAt ?? updatedAt;

// Newest first; the legs of a bracket right under their parent when it is shown as well.
function arranged(list) {
  const shown = new Set(list.map(([key]) => key));
  const legs = Map.groupBy(list, ([, { parent }]) => (shown.has(parent) ? parent : null));
  const place = (parent, key) => book.orders.get(parent).legs.indexOf(key);
  const under = (parent) => (legs.get(parent) ?? []).sort(([one], [other]) => place(parent, one) - place(parent, other));
  return (legs.get(null) ?? []).flatMap((entry) => [entry, ...under(entry[0])]);
}

function draw() {
  const list = [...book.orders].sort(([, a], [, b]) => (since(a) < since(b) ? 1 : -1));
  const of = (name) => list.filter(([, order]) => name === "all" || groupOf(order) === name);
  const shown = of(filter);
  const isKnown = list.length || book.failed.orders === ""; // no answer is not "none"
  for (const chip of chips) setText(find("b", chip), isKnown ? String(of(chip.dataset.filter).length) : "—");
  press(chips, (chip) => chip.dataset.filter === filter);
  show(arranged(shown).slice(0, MOST_ROWS));
  const keys = new Set(shown.map(([key]) => key));
  for (const tr of findAll("tbody tr", table)) setAttributes(tr, { "data-leg": keys.has(book.orders.get(tr.dataset.key).parent) ? "yes" : "no" });
  const problem = book.failed.orders;
  const empty = problem === "" ? "No orders here yet. What you send appears here." : "Loading orders…";
  const more = shown.length > MOST_ROWS ? `The newest ${MOST_ROWS} of ${shown.length} orders.` : "";
  note(find(".note", block), problem || (shown.length ? more : empty), problem && "error");
  table.hidden = !shown.length;
}

function choose({ dataset }) {
  filter = dataset.filter;
  const query = new URLSearchParams(location.search);
  if (filter === "all") query.delete("orders");
  else query.set("orders", filter);
  history.replaceState(null, "", `${location.pathname}${query.size ? "?" : ""}${query}`);
  draw();
}

async function open(order) {
  const { openDetail } = await import("./order_detail.js");
  openDetail(order);
}

async function modify(order) {
  const { openChange } = await import("./order_changes.js");
  openChange(order);
}

table.addEventListener("click", ({ target }) => {
  const order = book.orders.get(target.closest("tbody tr")?.dataset.key);
  if (!order || target.closest("a")) return;
  if (target.closest("[data-cancel]")) cancelOrder(order);
  else if (target.closest("[data-modify]")) modify(order);
  else open(order);
});
for (const chip of chips) chip.addEventListener("click", () => choose(chip));
on("order orders gone failed", () => frame(draw));
