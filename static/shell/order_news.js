// What happened to an order, said on every page that has the stream: a toast, a tone, the browser's
// notification, and the count in the tab's title.
import { book, isOlderOrder, on, orderKey, places } from "../core/book.js";
import { contractText, modeText, number, orderName, quantity } from "../core/format.js";
import { reasonOf } from "../orders/ib_messages.js";
import { toast } from "../core/notices.js";
import { countUnseen } from "./page_title.js";
import { isOn } from "../core/preferences.js";
import { play } from "./tones.js";

// state -> look, text, tone; isDoubt: said whatever is switched off
const ENDS = {
  rejected: (order) => ({ look: ["warn", "error"], text: `Rejected. ${reasonOf(order).short}`, tone: "reject" }),
  cancelled: () => ({ look: ["cross", "off"], text: "Cancelled" }),
  unknown: () => ({ look: ["ask", "error"], text: "Unknown: check this order, do not place it again", tone: "reject", isDoubt: true }),
  not_placed: () => ({ look: ["none", "off"], text: "Not at IB: IB was asked twice and has no such order" }),
  duplicated: () => ({ look: ["twin", "error"], text: "IB has this order more than once. A cancel means all of them", tone: "reject", isDoubt: true }),
};

const openedAt = Date.now();

// TWS tells the price to the program alone that placed the order.
function filledText({ contract, order, origin, filled, avgFillPrice }) {
  const who = origin === "desk" ? "" : "another program ";
  const price = avgFillPrice ? ` at ${number(avgFillPrice, places(contract))}` : "";
  return `${who}${order.action === "BUY" ? "bought" : "sold"} ${quantity(filled)} of ${quantity(order.totalQuantity)}${price}`;
}

// One order has one toast: the word of its end has what was filled, in this moment or before it.
function newsOf(order, before) {
  const fill = order.filled > (before?.filled ?? 0) ? { look: ["full", "ok"], text: filledText(order), tone: "fill" } : null;
  const end = order.state !== before?.state ? ENDS[order.state]?.(order) : null;
  if (!end) return fill;
  const text = order.filled > 0 ? `${end.text.replace(/\.$/, "")}; ${filledText(order)}` : end.text;
  return { tone: fill?.tone, ...end, text };
}

// Several tabs hear the same news; the first one sounds.
function isFirst(id) {
  if (localStorage.getItem("told") === id) return false;
  localStorage.setItem("told", id);
  return true;
}

function notify(text, tag) {
  if (!isOn("notifications") || globalThis.Notification?.permission !== "granted") return;
  try {
    new Notification(`IB Desk · ${modeText()}`, { body: text, tag }).onclick = () => focus();
  } catch {
    // Chrome on Android takes them from a service worker only.
  }
}

function say(order, { look, text, tone, isDoubt }) {
  const key = orderKey(order);
  const whole = `${orderName(order)} ${contractText(order.contract)}: ${text}`;
  if (isDoubt || isOn("toasts")) toast(key, look, whole);
  if (!tone) return;
  if (document.hidden) countUnseen(), notify(whole, key);
  if (isOn("sounds") && isFirst(`${key} ${text}`)) play(tone);
}

const heard = new Map(); // order key -> how it was when it was heard of last

// What was over before the page opened is history, also when it is heard of for the first time.
function hear(order) {
  const { state, filled, updatedAt, seq } = order;
  const before = heard.get(orderKey(order));
  if (isOlderOrder(before, order)) return;
  heard.set(orderKey(order), { state, filled, updatedAt, seq });
  if (!before && Date.parse(updatedAt) < openedAt + book.skew) return;
  const news = newsOf(order, before);
  if (news) say(order, news);
}

on("order", hear);
on("orders listed", ({ orders }) => orders.forEach(hear)); // what happened in a gap of the stream
