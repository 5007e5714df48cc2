// Cancelling several orders: names them all first, then shows what became of each request.
// Loaded when it is first opened.
import { call } from "../core/api.js";
import { nameOf } from "./blotter_row.js";
import { book, on, orderKey, tell } from "../core/book.js";
import { clone, fill, find, note, setText, sign } from "../core/dom.js";
import { isWorking, statusOf } from "./order_states.js";

const AT_ONCE = 4; // a browser opens six connections at most, and one is the stream

const dialog = find("#bulk-dialog");
const list = find(".outcomes", dialog);
const send = find("#bulk-send");
let rows = new Map(); // key -> its item
let isSent = false;

function draw(order) {
  const { word, look, sub } = statusOf(order);
  sign(rows.get(orderKey(order)), look, sub ? `${word}: ${sub}` : word);
}

async function cancel(key) {
  try {
    tell("order", await call("DELETE", `/orders/${encodeURIComponent(key)}`));
    draw(book.orders.get(key));
  } catch ({ isUnknown, message }) {
    sign(rows.get(key), isUnknown ? ["ask", "warn"] : ["warn", "error"], isUnknown ? "Unknown whether the cancel arrived. Watch the status." : message);
  }
}

async function cancelAll() {
  isSent = true;
  send.hidden = true;
  find("[data-close]", dialog).focus();
  fill(dialog, { title: find("#bulk-h").textContent.replace(/^Cancel (.*)\?$/, "Cancelling $1") });
  const waiting = [...rows.keys()];
  note(find("#bulk-said"), `Asking IB to cancel ${rows.size} orders…`, "busy");
  const work = async () => {
    for (let key = waiting.shift(); key; key = waiting.shift()) await cancel(key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const left = [...rows.keys()].filter((key) => isWorking(book.orders.get(key))).length;
  note(find("#bulk-said"), left ? `${rows.size - left} of ${rows.size} are over. The others may still fill until IB confirms.` : `All ${rows.size} are over.`, left ? "warn" : "ok");
  setText(find("[data-close]", dialog), "Close");
}

export function openBulk(orders) {
  isSent = false;
  const count = orders.length === 1 ? "1 order" : `${orders.length} orders`;
  fill(dialog, { title: `Cancel ${count}?`, text: "Each is asked of IB by itself, and may still fill until IB confirms." });
  rows = new Map(orders.map((order) => [orderKey(order), clone("outcome", { name: nameOf(order) })]));
  list.replaceChildren(...rows.values());
  orders.forEach(draw);
  note(find("#bulk-said"), "");
  setText(send, `Cancel ${count}`);
  setText(find("[data-close]", dialog), "Go back");
  send.hidden = false;
  dialog.showModal();
}

send.addEventListener("click", () => isSent || cancelAll());
on("order", (order) => {
  if (dialog.open && rows.has(orderKey(order))) draw(order);
});
