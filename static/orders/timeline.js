// An order's events as a list: the time, a plain sentence, the raw fields in a fold. Draws only.
import { fill, find, keyedRows, setText, sign } from "../core/dom.js";
import { clock, elapsed, isNumber, money, number, quantity, sentence, signed } from "../core/format.js";
import { changeText, labelOf, valueText } from "./order_fields.js";
import { lookOf } from "./order_states.js";

const STATUS_EVENTS = new Set(["openOrder", "orderStatus"]);
const ANSWERS = { done: "IB confirmed the change", refused: "IB refused the change; the old terms hold" };

const because = (text, { reason }) => (reason ? `${text}: ${sentence(reason)}` : `${text}.`);
const askedText = ({ asked = {} }) => Object.entries(asked).map(([name, value]) => `${labelOf(name)} ${valueText(value)}`).join(", ");

function statusText({ status, filled, remaining, avgFillPrice, whyHeld }, places) {
  const part = filled ? `, ${quantity(filled)} filled at ${number(avgFillPrice, places)}, ${quantity(remaining)} left` : "";
  return `IB's status is ${status}${part}${whyHeld ? `, held: ${whyHeld}` : ""}.`;
}

function fillText({ side, shares, price, exchange }, places) {
  return `${side === "SLD" ? "Sold" : "Bought"} ${quantity(shares)} at ${number(price, places)}${exchange ? ` on ${exchange}` : ""}.`;
}

function commissionText({ commission, commissionCurrency, realizedPNL }) {
  const profit = isNumber(realizedPNL) && realizedPNL ? `, realised P&L ${signed(realizedPNL)}` : "";
  return `Commission ${money(commission, commissionCurrency)}${profit}.`;
}

// kind -> shape, tone, its sentence
const KINDS = {
  request: ["info", "info", ({ text, source }) => `${source ? `${source} asked` : "Asked"}: ${sentence(text)}`],
  sending: ["ring", "busy", ({ clientId, orderId }) => `Saved in the journal as order ${orderId} of client ${clientId}, before anything left.`],
  sent: ["quarter", "busy", () => "Written to TWS."],
  openOrder: ["half", "info", ({ status, permId }) => `TWS has the order: ${status}${permId ? `, IB's number (permId) ${permId}` : ""}.`],
  orderStatus: ["most", "info", statusText],
  execDetails: ["full", "ok", fillText],
  commissionReport: ["full", "ok", commissionText],
  error: ["info", "info", ({ code, meaning, text }) => `IB says (${code}): ${sentence(meaning || text)}`],
  silence: ["ask", "warn", (event) => because("No word from IB", event)],
  absent: ["ask", "warn", (event) => because("TWS does not list it", event)],
  notPlaced: ["none", "off", (event) => because("IB has no such order", event)],
  expired: ["cross", "off", (event) => because("It works no more", event)],
  dismissed: ["cross", "off", (event) => because("Dismissed", event)],
  notSent: ["off", "off", (event) => because("Not sent", event)],
  cancelOrder: ["glass", "warn", () => "Asked IB to cancel it. It may still fill until IB confirms."],
  cancelNotConfirmed: ["ask", "warn", (event) => because("The cancel is not confirmed", event)],
  modify: ["glass", "busy", (event) => `Asked IB to change it: ${askedText(event)}. The old terms hold until IB confirms.`],
  modifyAnswered: ["info", "info", ({ state }) => `${ANSWERS[state] ?? state}.`],
  modifyNotConfirmed: ["ask", "warn", (event) => because("The change is not confirmed", event)],
  modifyNotSent: ["off", "off", (event) => because("The change was not sent; the old terms hold", event)],
  duplicate: ["twin", "error", ({ clientOrderId }) => `IB has another order under the same reference: ${clientOrderId}.`],
};

// The terms that TWS told differently from the time before, such as a new limit price.
function termChanges(order, before) {
  const names = Object.keys(order).filter((name) => before[name] !== undefined && valueText(before[name]) !== valueText(order[name]));
  return names.map((name) => changeText(name, before[name], order[name], order.orderType)).join(", ");
}

// Every openOrder carries all terms: told is what changed since the last one.
function withChanges(events) {
  let before = {};
  return events.map((event) => {
    if (event.kind !== "openOrder" || !event.order) return event;
    const changes = termChanges(event.order, before);
    before = event.order;
    return { ...event, changes };
  });
}

// Draws into an <ol>; what is there already stays, with its open folds.
export function timeline(list) {
  let places = 2;
  const show = keyedRows(list, "event-item", (item, { seq, time, elapsedMs, kind, changes, ...raw }) => {
    const [shape, tone, words] = KINDS[kind] ?? ["info", "info", () => `${kind}.`];
    sign(item, STATUS_EVENTS.has(kind) ? lookOf(raw.status) : [shape, tone], [words(raw, places), changes && `New terms: ${changes}.`].filter(Boolean).join(" "));
    item.dataset.kind = kind;
    fill(item, { time: { text: clock(time, true), title: time }, after: elapsed(elapsedMs) });
    setText(find("pre", item), JSON.stringify({ seq, time, elapsedMs, kind, ...raw }, null, 2));
  });
  return (events, digits = 2) => {
    places = digits;
    show(withChanges(events).map((event) => [String(event.seq), event]));
  };
}
