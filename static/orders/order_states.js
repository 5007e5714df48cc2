// Where an order stands, as shape + word + colour, and what may be done with it. Pure.
import { money, NONE, number, quantity, sentence, when } from "../core/format.js";
import { reasonOf } from "./ib_messages.js";
import { changeText } from "./order_fields.js";

// IB's status -> shape, tone
const STATUSES = {
  PendingSubmit: ["quarter", "busy"],
  PreSubmitted: ["half", "busy"],
  Submitted: ["most", "info"],
  PendingCancel: ["glass", "warn"],
  Filled: ["full", "ok"],
  Cancelled: ["cross", "off"],
  ApiCancelled: ["cross", "off"],
  Inactive: ["warn", "error"],
};
// The desk's state, where it says more than IB's status: word, shape, tone, what that means
const STATES = {
  intent: ["Waiting for its turn", "queue", "busy", "saved, nothing has left yet"],
  unknown: ["Unknown", "ask", "warn", "do not place it again"],
  not_sent: ["Not sent", "off", "off", "nothing reached IB"],
  not_placed: ["Not at IB", "none", "off", "IB has no such order"],
  expired: ["Its day is over", "cross", "off", "IB lists it no more"],
  dismissed: ["Dismissed", "cross", "off", "TWS lists it no more"],
  duplicated: ["At IB twice", "twin", "error", "a cancel means all of them"],
  rejected: ["Rejected", "warn", "error"],
  filled: ["Filled", "full", "ok"],
  cancelled: ["Cancelled", "cross", "off"],
};
const WORKING = new Set(["intent", "sending", "live", "unknown", "duplicated"]);
const HELD = { child: "its parent", trigger: "its trigger", locate: "shares to lend" };
export const lookOf = (status) => STATUSES[status] ?? ["ring", "busy"];

export const groupOf = ({ state }) => (WORKING.has(state) ? "working" : state === "filled" ? "filled" : "ended");
export const isWorking = (order) => groupOf(order) === "working";
// Only the program that placed an order can cancel it. Asking IB twice is harmless; a lost request is not.
const mayTrade = () => document.body.dataset.may !== "read";
export const isOwn = ({ origin }) => origin === "desk";
export const mayCancel = (order) => mayTrade() && isWorking(order) && isOwn(order);
export const mayDismiss = ({ state }) => mayTrade() && state === "unknown";
export const mayModify = ({ state, origin, status, modification }) =>
  mayTrade() && state === "live" && origin === "desk" && status !== "PendingCancel" && status !== "Inactive" && modification?.state !== "pending";

const heldText = (whyHeld) => `waits for ${whyHeld.split(",").map((why) => HELD[why] ?? why).join(" and ")}`;

// {word, look: [shape, tone], sub}
export function statusOf(order) {
  const { status, filled, whyHeld, cancelRefused } = order;
  const [word, shape, tone, meaning = ""] = STATES[order.state] ?? [status ?? "Sending", ...lookOf(status)];
  const part = filled > 0 && isWorking(order) ? `${quantity(filled)} filled` : "";
  const subs = {
    PendingCancel: "cancel requested, may still fill",
    Rejected: reasonOf(order).short,
  };
  const held = whyHeld && isWorking(order) ? heldText(whyHeld) : "";
  const refused = cancelRefused && isWorking(order) ? `cancel refused: ${cancelRefused.meaning}` : "";
  return { word, look: [shape, tone], sub: subs[word] ?? (meaning || refused || held || part) };
}

// What was asked to change, with the old values while they still hold: [tone, text] or null.
export function changeNote({ modification, order }) {
  if (!modification || modification.state === "done") return null;
  const { state, asked, message, reason } = modification;
  const text = Object.entries(asked).map(([name, value]) => changeText(name, order[name], value, order.orderType)).join(", ");
  if (state === "refused") return ["error", `Change refused: ${text}. ${sentence(message?.meaning ?? reason)} The old terms hold.`];
  if (state === "unconfirmed") return ["warn", `Change not confirmed: ${text}. ${sentence(reason)} Check TWS.`];
  return ["busy", `Change asked for: ${text}. The old terms hold until IB confirms.`];
}

// What TWS made of the order by itself, such as "TWS changed: TIF GTC → DAY".
export const differencesText = ({ differences = [], order }) =>
  differences.length ? `TWS changed: ${differences.map(({ field, asked, told }) => changeText(field, asked, told, order.orderType)).join(", ")}` : "";

const NEXT = {
  intent: "It is saved and goes out as soon as IB's pace allows. Nothing has left yet: a cancel stops it for certain.",
  sending: "It is on its way to TWS. Wait for the answer; do not place it again.",
  unknown: "It may be at IB. Do not place it again. The desk compares it with TWS's list of orders; look into TWS as well. If it is neither open nor done there, dismiss it on its page.",
  not_sent: "Nothing reached IB. You can place it again.",
  not_placed: "IB was asked twice and has no such order. You can place it again.",
  expired: "It works no more. Whether more of it filled than shown here, your positions and IB's statement tell.",
  dismissed: "Somebody has looked into TWS, and it is not there. Whether more of it filled than shown here, your positions and IB's statement tell. Should TWS show it again, it lives again.",
  duplicated: "IB has it more than once, and each may fill. Cancel it here: that means all of them.",
  rejected: "IB refused it: nothing was traded. Read why below, then place a corrected order.",
  filled: "It is done. Nothing is left to do.",
};
const NEXT_LIVE = {
  PendingSubmit: "TWS has it, and the exchange has not taken it yet. Wait, or cancel it.",
  PreSubmitted: "IB holds it until its time, its trigger or its parent comes. You can change or cancel it.",
  Submitted: "It works at the exchange. You can change or cancel it.",
  PendingCancel: "The cancel is asked for. It may still fill until IB confirms.",
  Inactive: "IB has it but does not work it. Read what IB said below.",
};

export function nextStep({ state, status, filled }) {
  if (state === "cancelled") return filled ? `It is over. The ${quantity(filled)} filled before stay yours.` : "It is over, and nothing was traded.";
  return NEXT[state] ?? NEXT_LIVE[status] ?? "Wait for TWS's answer.";
}

// Name -> value, for a list of facts.
export function factsOf({ order, ...rest }, places) {
  const times = { "Good until": order.goodTillDate, "Not before": order.goodAfterTime };
  return {
    Filled: `${quantity(rest.filled)} of ${quantity(order.totalQuantity)}`,
    "Average fill": number(rest.avgFillPrice || null, places),
    Commission: money(rest.commission, rest.commissionCurrency),
    "Time in force": `${order.tif}${order.outsideRth ? ", also outside hours" : ""}`,
    ...Object.fromEntries(Object.entries(times).filter(([, at]) => at).map(([name, at]) => [name, when(at)])),
    Account: rest.account,
    From: rest.source || rest.origin,
    "orderId / permId / clientId": [rest.orderId, rest.permId, rest.clientId].map((id) => id ?? NONE).join(" / "),
    "Client order id": rest.clientOrderId,
  };
}
