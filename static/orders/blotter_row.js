// One order as a row of the blotter: its list, its columns, what they are sorted by. Pure but for `patch`.
import { orderKey } from "../core/book.js";
import { fill, find, flash, setAttributes, sign } from "../core/dom.js";
import { contractText, NONE, number, orderName, orderText, placesOf, quantity, sideText, termsText, when } from "../core/format.js";
import { changeNote, differencesText, mayCancel, mayModify, statusOf } from "./order_states.js";

// As `web/order_history.py` has them: each state is in one list.
const LISTS = { filled: "filled", cancelled: "cancelled", expired: "cancelled", dismissed: "cancelled", rejected: "rejected", not_sent: "rejected", not_placed: "rejected", unknown: "unknown" };
export const listOf = ({ state }) => LISTS[state] ?? "working";

// Nobody here saw an order of another program being placed.
export const timeOf = ({ submittedAt, updatedAt }) => submittedAt ?? updatedAt;

// A price shows all its digits, an average up to six.
const digits = (...prices) => Math.min(6, Math.max(...prices.map((price) => placesOf(Math.abs(price ?? 0)))));
const digitsOf = ({ order }) => digits(order.lmtPrice, order.auxPrice, order.trailStopPrice, order.lmtPriceOffset);
export const nameOf = (order) => `${orderName({ ...order, clientOrderId: orderKey(order) })} ${orderText(order.order, contractText(order.contract), digitsOf(order))}`;

// "anna via browser" -> who, and how
const whoOf = ({ source, origin }) => (source?.split(" via ")[1] ? source.split(" via ") : ["", source || (origin === "desk" ? "" : origin)]);
const whyOf = (order) => [changeNote(order)?.[1], statusOf(order).sub, differencesText(order)].filter(Boolean).join(" · ");

// column -> what it is sorted by
export const SORTS = {
  time: timeOf,
  id: ({ orderId }) => orderId ?? 0,
  account: ({ account }) => account,
  side: ({ order }) => order.action,
  symbol: ({ contract }) => contractText(contract),
  filled: ({ filled }) => filled,
  type: ({ order }) => order.orderType ?? "",
  price: ({ order }) => order.lmtPrice ?? order.auxPrice ?? 0,
  avg: ({ avgFillPrice }) => avgFillPrice ?? 0,
  tif: ({ order }) => order.tif ?? "",
  status: (order) => statusOf(order).word,
  why: whyOf,
  source: (order) => whoOf(order)[1],
  user: (order) => whoOf(order)[0],
};

export function patch(tr, order, before) {
  const { order: terms, contract, orderId, permId, clientId, filled, avgFillPrice } = order;
  const { word, look, sub } = statusOf(order);
  const name = nameOf(order);
  const key = orderKey(order);
  const [user, source] = whoOf(order);
  const type = terms.orderType ?? NONE;
  const text = (value) => ({ text: value || NONE, title: value || "" });
  setAttributes(tr, { "data-state": order.state });
  fill(tr, {
    time: { text: when(timeOf(order)), title: `${timeOf(order)} · last change ${order.updatedAt}` },
    id: { text: orderName({ orderId, clientOrderId: key }) + (order.parent ? " ↳" : ""), title: `${name} · orderId ${orderId ?? NONE} · permId ${permId ?? NONE} · clientId ${clientId ?? NONE} · ${key}${order.parent ? ` · attached to ${order.parent}` : ""}` },
    account: text(order.account),
    side: { text: sideText(terms), tone: terms.action === "BUY" ? "up" : "down" },
    symbol: text(contractText(contract)),
    filled: text(`${quantity(filled)} / ${quantity(terms.totalQuantity)}`),
    type: text(type),
    price: termsText(terms, digitsOf(order)).slice(type.length).trim() || NONE,
    avg: number(avgFillPrice || null, digits(avgFillPrice)),
    tif: text(terms.tif),
    why: { text: whyOf(order), title: whyOf(order) },
    source: text(source),
    user: text(user),
  });
  const page = `/orders/${encodeURIComponent(key)}`;
  setAttributes(find("[data-page]", tr), { href: page });
  setAttributes(find("[data-why]", tr), { href: `${page}#why`, hidden: listOf(order) === "filled", "aria-label": `Why? ${name}` });
  setAttributes(find("progress", tr), { value: String(filled / terms.totalQuantity || 0) });
  setAttributes(sign(find('[data-field="status"]', tr), look, word), { title: sub });
  for (const [act, may] of [["cancel", mayCancel], ["modify", mayModify]]) {
    const button = find(`[data-${act}]`, tr);
    setAttributes(button, { hidden: !may(order), "aria-label": `${button.textContent} ${name}` });
  }
  setAttributes(find("input", tr), { hidden: !mayCancel(order), "aria-label": `Select ${name}` });
  if (before && (before.status !== order.status || before.filled !== filled)) flash(tr);
}
