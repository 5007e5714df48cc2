// How many orders work now: for the tab's title and for Cancel all. A page without a list of orders
// asks for it here.
import { get } from "../core/api.js";
import { book, isOlderOrder, on, orderKey, tell } from "../core/book.js";
import { find } from "../core/dom.js";
import { askAgain } from "../orders/asking_again.js";
import { isOwn, isWorking } from "../orders/order_states.js";

const isListed = Boolean(find("#orders")); // the page's own list tells
const working = new Map(); // key -> whether only this desk can cancel it
let isKnown = false;
let isAsking = false;

// {all, own}, or null while nobody can tell
export const workingNow = () => (isKnown ? { all: working.size, own: [...working.values()].filter(Boolean).length } : null);

function note(order) {
  if (isWorking(order)) working.set(orderKey(order), isOwn(order));
  else working.delete(orderKey(order));
}

// What is known of an order by itself may be newer than a list.
function take({ orders }) {
  const newest = new Map(orders.map((listed) => [orderKey(listed), listed]));
  for (const [key, known] of book.orders) if (!newest.has(key) || isOlderOrder(known, newest.get(key))) newest.set(key, known);
  working.clear();
  newest.forEach(note);
  isKnown = true;
  tell("working");
  askAgain(orders);
}

function lose() {
  isKnown = false;
  tell("working");
}

async function ask(status) {
  if (isListed || isAsking) return;
  isAsking = true;
  await get("/orders", { status }).then((answer) => tell("listed", answer), lose);
  isAsking = false;
}

// After a gap also those that ended meanwhile are asked for: they are news.
on("hello", ({ reset }) => (reset || !isKnown) && ask(isKnown ? "all" : "open"));
on("status", ({ connections }) => isKnown || connections.orders.state !== "connected" || ask("open"));
on("orders listed", take);
on("failed", (kind) => kind === "orders" && lose());
on("order", (order) => {
  note(order);
  tell("working");
});
on("gone", (order) => {
  working.delete(orderKey(order));
  tell("working");
});
