// Asking IB to cancel one order. The answer is told to the page; a failure is a toast.
import { call } from "../core/api.js";
import { orderKey, tell } from "../core/book.js";
import { toast } from "../core/notices.js";

export async function cancelOrder(order) {
  try {
    tell("order", await call("DELETE", `/orders/${encodeURIComponent(order.clientOrderId)}`));
  } catch (problem) {
    const text = problem.isUnknown ? "Unknown whether the cancel arrived. Watch the status." : problem.message;
    toast(`cancel ${orderKey(order)}`, ["warn", "error"], text);
  }
}
