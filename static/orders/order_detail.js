// One order in a dialog: its facts, what IB said, and the timeline of every message with its time.
// Loaded when it is first opened.
import { get } from "../core/api.js";
import { book, on, orderKey, places } from "../core/book.js";
import { cancelOrder } from "./cancelling.js";
import { clone, fill, find, note, sign } from "../core/dom.js";
import { contractText, NONE, orderName, orderText } from "../core/format.js";
import { messageItem } from "./ib_messages.js";
import { factsOf, mayCancel, nextStep, statusOf } from "./order_states.js";
import { timeline } from "./timeline.js";

const dialog = find("#order-dialog");
const cancel = find("[data-cancel]", dialog);
const showEvents = timeline(find(".timeline", dialog));
let key;
let drawn;

const isSamePicture = (one, other) => one.seq === other.seq && one.updatedAt === other.updatedAt;

function draw(order) {
  drawn = order;
  const { word, look, sub } = statusOf(order);
  const { contract } = order;
  fill(dialog, { title: `${orderName({ ...order, clientOrderId: key })} ${orderText(order.order, contractText(contract), places(contract))}`, next: nextStep(order) });
  sign(find("[data-status]", dialog), look, sub ? `${word}: ${sub}` : word);
  const nodes = Object.entries(factsOf(order, places(contract))).map(([name, value]) => clone("fact", { name, value: value ?? NONE }));
  find(".facts", dialog).replaceChildren(...nodes);
  find(".messages", dialog).replaceChildren(...order.messages.map(messageItem));
  find("[data-said]", dialog).hidden = !order.messages.length;
  find("[data-page]", dialog).href = `/orders/${encodeURIComponent(key)}`;
  cancel.hidden = !mayCancel(order);
}

async function load() {
  const asked = key;
  const say = (text, tone) => note(find(".note", dialog), text, tone);
  try {
    const { events } = await get(`/orders/${encodeURIComponent(key)}/events`);
    if (asked !== key) return;
    showEvents(events, places(book.orders.get(key).contract));
    say(events.length ? "" : "No events kept for this order.");
  } catch (problem) {
    say(problem.message, "error");
  }
}

cancel.addEventListener("click", () => cancelOrder(book.orders.get(key)));
export function openDetail(order) {
  key = orderKey(order);
  showEvents([]);
  draw(order);
  dialog.showModal();
  load();
}

function follow() {
  const order = dialog.open && book.orders.get(key);
  if (!order || isSamePicture(order, drawn)) return;
  draw(order);
  load();
}

on("order orders", follow);
