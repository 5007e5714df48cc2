// Saying that an unknown order is not in TWS. Loaded when it is first wanted.
import { call } from "../core/api.js";
import { orderKey, tell } from "../core/book.js";
import { confirm, toast } from "../core/notices.js";

const QUESTION = "Look at the open and the completed orders in TWS first, or at IB's statement. The desk asks TWS once more: when it lists the order, nothing changes. Nothing is sent to IB, and should TWS show the order later, it lives again.";

export async function dismissOrder(order) {
  if (!(await confirm("Is this order not in TWS?", QUESTION, "It is not there: dismiss it"))) return;
  try {
    tell("order", await call("POST", `/orders/${encodeURIComponent(orderKey(order))}/dismiss`, { confirm: true }));
  } catch (problem) {
    toast(`dismiss ${orderKey(order)}`, ["warn", "error"], problem.isUnknown ? "Unknown whether it is dismissed. Watch its state." : problem.message);
  }
}
