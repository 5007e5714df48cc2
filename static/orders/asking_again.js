// Orders that work as far as this page knows, but that a list does not name: they have ended, or are
// newer than the list, whose time may be another clock's. Each is asked for by itself, and only its
// own answer changes it.
import { get } from "../core/api.js";
import { book, orderKey, tell } from "../core/book.js";
import { isWorking } from "./order_states.js";

async function ask(key, known) {
  try {
    tell("order", await get(`/orders/${encodeURIComponent(key)}`));
  } catch ({ status }) {
    if (status === 404 && book.orders.get(key) === known) tell("gone", known);
  }
}

// isMeant: whether the list would name such an order
export function askAgain(listed, isMeant = () => true) {
  const named = new Set(listed.map(orderKey));
  for (const [key, known] of book.orders) if (isWorking(known) && !named.has(key) && isMeant(known)) ask(key, known);
}
