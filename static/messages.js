// The list of what IB said, and toasts for fills and rejects.
import { on, orderKey, places } from "./book.js";
import { find } from "./dom.js";
import { contractText, number, orderName, quantity } from "./format.js";
import { messageItem, reasonOf } from "./ib_messages.js";
import { announce, toast } from "./notices.js";

const MOST = 200;

const list = find("#messages");
const seen = new Set();

function add(message) {
  const key = `${message.time}/${message.code}/${message.text}`;
  if (seen.has(key)) return;
  seen.add(key);
  const older = [...list.children].find((item) => item.dataset.time <= message.time);
  list.insertBefore(messageItem(message), older ?? null);
  if (list.children.length > MOST) list.lastElementChild.remove();
  find("#messages-note").hidden = true;
}

const ENDS = {
  rejected: (order) => [["warn", "error"], `Rejected. ${reasonOf(order).short}`],
  cancelled: () => [["cross", "off"], "Cancelled"],
  unknown: () => [["ask", "error"], "Unknown: check this order, do not place it again"],
  not_placed: () => [["none", "off"], "Not at IB: IB was asked twice and has no such order"],
  duplicated: () => [["twin", "error"], "IB has this order more than once. A cancel means all of them"],
};

function tellOrder(order, before) {
  const { contract, filled, avgFillPrice, state } = order;
  const name = `${orderName(order)} ${contractText(contract)}`;
  if (filled > (before?.filled ?? 0)) {
    const { action, totalQuantity } = order.order;
    const price = number(avgFillPrice, places(contract));
    toast(orderKey(order), ["full", "ok"], `${name}: ${action === "BUY" ? "bought" : "sold"} ${quantity(filled)} of ${quantity(totalQuantity)} at ${price}`);
  }
  if (state === before?.state || !ENDS[state]) return;
  const [look, text] = ENDS[state](order);
  toast(orderKey(order), look, `${name}: ${text}`);
}

on("message", add);
on("orders", ({ orders }) => orders.forEach((order) => order.messages.forEach(add)));
on("order", tellOrder);
on("bye", () => announce("The desk is stopping."));
