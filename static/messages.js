// What IB said, in plain words; toasts for fills and rejects; the confirm question.
import { on, orderKey, places } from "./book.js";
import { clone, fill, find, findAll, sign } from "./dom.js";
import { clock, number, orderName, quantity, sentence, when } from "./format.js";

// kind of message -> shape, tone
const KINDS = {
  connectivity: ["half", "warn"],
  warning: ["warn", "warn"],
  hold: ["hold", "warn"],
  reject: ["cross", "error"],
  cancel: ["cross", "off"],
};
const MOST = 200;
const MOST_TOASTS = 4;
const TOAST_MS = 8000;

const list = find("#messages");
const seen = new Set();
const toasts = new Map();

// The plain sentence first, then what to do, then IB's own code and words.
export function messageItem({ time, code, kind, text, meaning, next }) {
  const said = text && text !== meaning ? `“${text}”` : "";
  const meta = [when(time), code && `IB code ${code}`, said].filter(Boolean).join(" · ");
  const item = sign(clone("message-item", { next: next ?? "", meta }), KINDS[kind] ?? ["info", "info"], meaning || text);
  Object.assign(item.dataset, { code: code ?? "", kind, time });
  return item;
}

function add(message) {
  const key = `${message.time}/${message.code}/${message.text}`;
  if (seen.has(key)) return;
  seen.add(key);
  const older = [...list.children].find((item) => item.dataset.time <= message.time);
  list.insertBefore(messageItem(message), older ?? null);
  if (list.children.length > MOST) list.lastElementChild.remove();
  find("#messages-note").hidden = true;
}

// The same key replaces a toast that is still there. Errors are announced at once and stay longer.
export function toast(key, look, text) {
  const urgent = look[1] === "error";
  const node = sign(clone("toast"), look, text);
  find("button", node).addEventListener("click", () => node.remove());
  toasts.get(key)?.remove();
  toasts.set(key, node);
  const area = find(urgent ? "#toasts-urgent" : "#toasts-polite");
  area.append(node);
  if (area.children.length > MOST_TOASTS) area.firstElementChild.remove();
  setTimeout(() => node.remove(), urgent ? 3 * TOAST_MS : TOAST_MS);
}

// The message that explains a refusal or a cancel best, and its words: plain, IB's own, what to do.
export function reasonOf({ messages }) {
  const found = messages.findLast(({ kind }) => kind === "reject" || kind === "cancel") ?? messages.at(-1);
  const { meaning, text, next } = found ?? { meaning: "IB gave no reason" };
  const short = sentence(meaning) + (text && text !== meaning ? ` ${sentence(text)}` : "");
  return { short, full: `${short} ${sentence(next)}`.trim() };
}

const ENDS = {
  rejected: (order) => [["warn", "error"], `Rejected. ${reasonOf(order).short}`],
  cancelled: () => [["cross", "off"], "Cancelled"],
  unknown: () => [["ask", "error"], "Unknown: check this order, do not place it again"],
};

function tellOrder(order, before) {
  const { contract, filled, avgFillPrice, state } = order;
  const name = `${orderName(order)} ${contract.symbol}`;
  if (filled > (before?.filled ?? 0)) {
    const { action, totalQuantity } = order.order;
    const price = number(avgFillPrice, places(contract.symbol));
    toast(orderKey(order), ["full", "ok"], `${name}: ${action === "SELL" ? "sold" : "bought"} ${quantity(filled)} of ${quantity(totalQuantity)} at ${price}`);
  }
  if (state === before?.state || !ENDS[state]) return;
  const [look, text] = ENDS[state](order);
  toast(orderKey(order), look, `${name}: ${text}`);
}

export function announce(text) {
  find("#announce").textContent = `${clock(Date.now())} ${text}`;
}

// Asks in a dialog; Esc and "Go back" mean no.
export function confirm(title, text, yes) {
  const dialog = fill(find("#confirm-dialog"), { title, text, yes });
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

on("message", add);
on("orders", ({ orders }) => orders.forEach((order) => order.messages.forEach(add)));
on("order", tellOrder);
on("bye", () => announce("The desk is stopping."));
for (const button of findAll("dialog [data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
