// Cancelling several orders: names them all first, then shows what became of each request.
// Loaded when it is first opened.
import { call } from "../core/api.js";
import { nameOf } from "./blotter_row.js";
import { book, on, orderKey, tell } from "../core/book.js";
import { clone, fill, find, guard, note, setText, sign } from "../core/dom.js";
import { toast } from "../core/notices.js";
import { isWorking, statusOf } from "./order_states.js";

const AT_ONCE = 4; // a browser opens six connections at most, and one is the stream

const dialog = find("#bulk-dialog");
const list = find(".outcomes", dialog);
const said = find("#bulk-said");
const send = find("#bulk-send");
// What the dialog asks about: key -> {order, item}. A run keeps its own when it is opened again.
let shown = new Map();
let isSent = false;

const newest = (key, order) => book.orders.get(key) ?? order;

function draw(rows, order) {
  const { word, look, sub } = statusOf(order);
  sign(rows.get(orderKey(order)).item, look, sub ? `${word}: ${sub}` : word);
}

function fail(rows, key, { isUnknown, message }) {
  const { order, item } = rows.get(key);
  const text = isUnknown ? "Unknown whether the cancel arrived. Watch the status." : message;
  sign(item, isUnknown ? ["ask", "warn"] : ["warn", "error"], text);
  if (rows !== shown || !dialog.open) toast(`cancel ${key}`, ["warn", "error"], `${nameOf(order)}: ${text}`);
}

// Drawing is guarded: the orders that wait behind this one are cancelled whatever happens to a row.
async function cancel(rows, key) {
  try {
    const order = await call("DELETE", `/orders/${encodeURIComponent(key)}`);
    tell("order", order);
    guard(draw, rows, newest(key, order));
  } catch (problem) {
    guard(fail, rows, key, problem);
  }
}

async function cancelAll(rows) {
  isSent = true;
  send.hidden = true;
  find("[data-close]", dialog).focus();
  fill(dialog, { title: find("#bulk-h").textContent.replace(/^Cancel (.*)\?$/, "Cancelling $1") });
  const waiting = [...rows.keys()];
  note(said, `Asking IB to cancel ${rows.size} orders…`, "busy");
  const work = async () => {
    for (let key = waiting.shift(); key; key = waiting.shift()) await cancel(rows, key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (rows !== shown) return;
  const left = [...rows].filter(([key, { order }]) => isWorking(newest(key, order))).length;
  note(said, left ? `${rows.size - left} of ${rows.size} are over. The others may still fill until IB confirms.` : `All ${rows.size} are over.`, left ? "warn" : "ok");
  setText(find("[data-close]", dialog), "Close");
}

export function openBulk(orders) {
  isSent = false;
  const count = orders.length === 1 ? "1 order" : `${orders.length} orders`;
  fill(dialog, { title: `Cancel ${count}?`, text: "Each is asked of IB by itself, and may still fill until IB confirms." });
  shown = new Map(orders.map((order) => [orderKey(order), { order, item: clone("outcome", { name: nameOf(order) }) }]));
  list.replaceChildren(...[...shown.values()].map(({ item }) => item));
  for (const order of orders) draw(shown, order);
  note(said, "");
  setText(send, `Cancel ${count}`);
  setText(find("[data-close]", dialog), "Go back");
  send.hidden = false;
  dialog.showModal();
}

send.addEventListener("click", () => isSent || cancelAll(shown));
on("order", (order) => {
  if (dialog.open && shown.has(orderKey(order))) draw(shown, order);
});
