// One order in a dialog: its facts, what IB said, and the timeline of every message with its time.
import { get } from "./api.js";
import { book, on, orderKey, places } from "./book.js";
import { clone, fill, find, note, sign } from "./dom.js";
import { clock, money, NONE, number, orderName, orderText, quantity } from "./format.js";
import { messageItem } from "./messages.js";
import { cancelOrder, mayCancel, statusOf } from "./orders.js";

const KINDS = { openOrder: "open order", orderStatus: "status", execDetails: "fill", commissionReport: "commission", cancelOrder: "cancel request", error: "message" };

const dialog = find("#order-dialog");
const cancel = find("[data-cancel]", dialog);
let key;

// Repeated by every message of IB, told by the facts above.
const NOISE = new Set(["account", "clientId", "orderRef", "parentId", "mktCapPrice", "outsideRth"]);

// The raw fields of an event as "name value"; nested ones by their own names.
function details(fields) {
  const parts = Object.entries(fields).filter(([name, value]) => value !== null && value !== "" && !NOISE.has(name));
  return parts.map(([name, value]) => (typeof value === "object" ? details(value) : `${name} ${value}`)).join(" · ");
}

function facts({ order, ...rest }) {
  return {
    Filled: `${quantity(rest.filled)} of ${quantity(order.totalQuantity)}`,
    "Average fill": number(rest.avgFillPrice || null, places(rest.contract.symbol)),
    Commission: money(rest.commission, rest.commissionCurrency),
    "Time in force": `${order.tif}${order.outsideRth ? ", also outside hours" : ""}`,
    Account: rest.account,
    From: rest.origin,
    "orderId / permId / clientId": [rest.orderId, rest.permId, rest.clientId].map((id) => id ?? NONE).join(" / "),
    "Client order id": rest.clientOrderId,
  };
}

function draw(order) {
  const { word, look, sub } = statusOf(order);
  const { symbol } = order.contract;
  fill(dialog, { title: `${orderName({ ...order, clientOrderId: key })} ${orderText(order.order, symbol, places(symbol))}` });
  sign(find("[data-status]", dialog), look, sub ? `${word}: ${sub}` : word);
  const nodes = Object.entries(facts(order)).map(([name, value]) => clone("fact", { name, value: value ?? NONE }));
  find(".facts", dialog).replaceChildren(...nodes);
  find(".messages", dialog).replaceChildren(...order.messages.map(messageItem));
  find("[data-said]", dialog).hidden = !order.messages.length;
  cancel.hidden = !mayCancel(order);
}

async function load() {
  const asked = key;
  const say = (text, tone) => note(find(".note", dialog), text, tone);
  try {
    const { events } = await get(`/orders/${encodeURIComponent(key)}/events`);
    if (asked !== key) return;
    const rows = events.map(({ seq, time, elapsedMs, kind, ...raw }) =>
      clone("timeline-row", { time: clock(time, true), kind: KINDS[kind] ?? kind, details: details(raw), after: `+${number(elapsedMs, 1)} ms` }),
    );
    find("tbody", dialog).replaceChildren(...rows);
    say(rows.length ? "" : "No events kept for this order.");
  } catch (problem) {
    say(problem.message, "error");
  }
}

cancel.addEventListener("click", () => cancelOrder(book.orders.get(key)));
on("open", (order) => {
  key = orderKey(order);
  find("tbody", dialog).replaceChildren();
  draw(order);
  dialog.showModal();
  load();
});
on("order", (order) => {
  if (!dialog.open || orderKey(order) !== key) return;
  draw(order);
  load();
});
