// Asking IB to cancel one order. The answer is told to the page; a failure is a toast.
import { call, get } from "../core/api.js";
import { orderKey, tell } from "../core/book.js";
import { toast } from "../core/notices.js";
import { isWorking, statusOf } from "./order_states.js";

const AGAIN_MS = 3000;

const pathOf = (order) => `/orders/${encodeURIComponent(order.clientOrderId)}`;
const say = (order, look, text) => toast(`cancel ${orderKey(order)}`, look, text);

// What became of a cancel whose answer was lost, as the order tells.
function outcomeOf(order) {
  const { status, cancelRefused } = order;
  if (!isWorking(order)) return [["tick", "ok"], `It is over: ${statusOf(order).word}.`];
  if (cancelRefused) return [["warn", "error"], `The cancel was refused: ${cancelRefused.meaning}.`];
  if (status === "PendingCancel") return [["glass", "busy"], "The cancel arrived. Until IB confirms it the order may still fill."];
  return [["warn", "error"], "The desk has heard of no cancel: the order stands as it was. Cancel it again; twice is harmless."];
}

// The desk is asked until it answers; that it cannot tell now (503, 504) is no answer.
async function findOut(order) {
  try {
    const known = await get(pathOf(order));
    tell("order", known);
    say(order, ...outcomeOf(known));
  } catch (problem) {
    if (!problem.status || problem.status >= 500) setTimeout(findOut, AGAIN_MS, order);
  }
}

export async function cancelOrder(order) {
  try {
    tell("order", await call("DELETE", pathOf(order)));
  } catch (problem) {
    say(order, ["warn", "error"], problem.isUnknown ? "Unknown whether the cancel arrived. Watch the status." : problem.message);
    if (problem.isUnknown) setTimeout(findOut, AGAIN_MS, order);
  }
}
