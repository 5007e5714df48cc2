// The order ticket: preview first, then send. One clientOrderId per order: a retry cannot double it.
// States: edit, checking, ready, sending, then sent, rejected or unknown. Any edit leads back to edit.
import { call, get } from "./api.js";
import { book, on, orderKey, places, positionOf, tell } from "./book.js";
import { fill, find, findAll, frame, note, setText } from "./dom.js";
import { NONE, number, orderName, orderText, parse, signedQuantity } from "./format.js";
import { confirm, reasonOf } from "./messages.js";
import { statusOf } from "./orders.js";
import { drawPreview, hidePreview } from "./preview.js";
import { about, chosen, setContract } from "./symbol_box.js";

const PRICES = { MKT: [], LMT: ["lmtPrice"], STP: ["auxPrice"], "STP LMT": ["lmtPrice", "auxPrice"] };
const MISSING = { totalQuantity: "Enter a quantity above 0", lmtPrice: "Enter a limit price", auxPrice: "Enter a stop price" };
const HINTS = {
  edit: "The preview asks IB for margin and commission. Nothing is sent yet.",
  ready: "Check the numbers, then send. Any change asks for a new preview.",
};
const EDITABLE = new Set(["edit", "ready"]);
const CHECK_MS = 3000;

const form = find("#ticket");
const fields = form.elements;
const button = find("#ticket-submit");
const mode = document.body.dataset.mode.toUpperCase();
let state = "edit";
let clientOrderId = mint();
let sent = null; // the ORDER this ticket became
let wantsPrice = true; // the limit price may still come from the quote

// randomUUID exists on localhost and https only.
function mint() {
  const random = () => crypto.getRandomValues(new Uint32Array(4)).join("-").slice(0, 36);
  return `ui-${crypto.randomUUID?.() ?? random()}`;
}

const symbol = () => chosen().symbol;
const digits = () => places(symbol());
const quote = () => book.quotes.get(symbol()) ?? {};
const tick = () => quote().minTick || 0.01;
const say = (text, tone = "error") => note(find("#ticket-notice"), text, tone);

function read() {
  const order = { action: fields.action.value, totalQuantity: parse(fields.totalQuantity.value), orderType: fields.orderType.value };
  for (const name of PRICES[order.orderType]) order[name] = parse(fields[name].value);
  return { ...order, tif: fields.tif.value, outsideRth: fields.outsideRth.checked };
}

function payload(whatIf) {
  const { conId, exchange, ...rest } = chosen();
  const { secType, currency } = rest;
  const contract = conId ? { conId, exchange: exchange || "SMART" } : { symbol: symbol(), secType, exchange, currency };
  const account = document.body.dataset.account || undefined;
  return { contract, order: { ...read(), account, whatIf }, clientOrderId, wait: "none" };
}

const text = () => orderText(read(), symbol(), digits());
const own = () => orderName(sent ?? { clientOrderId });

const LABELS = {
  edit: () => (missing().length ? "Preview" : `Preview: ${text()}`),
  checking: () => "Checking margin…",
  ready: () => `Send: ${text()} ${fields.tif.value} — ${mode}`,
  sending: () => "Sending…",
  sent: () => `Sent ${own()} · ${statusOf(sent).word}`,
  rejected: () => `${statusOf(sent).word} ${own()}`,
  unknown: () => `Unknown: check order ${own()}`,
};

function setState(next) {
  const hadFocus = document.activeElement === button;
  state = next;
  if (state !== "ready") hidePreview();
  Object.assign(button.dataset, { state, side: fields.action.value });
  button.disabled = !EDITABLE.has(state);
  setText(button, LABELS[state]());
  note(find("#ticket-hint"), HINTS[state]);
  for (const node of findAll("[data-for]", form)) node.hidden = !node.dataset.for.split(",").includes(fields.orderType.value);
  if (hadFocus) (button.disabled ? form : button).focus();
  else if (document.activeElement === form) button.focus();
}

// Any edit asks for a new preview; after an order was sent it opens a ticket with its own id.
function edited() {
  if (state === "sending") return;
  if (!EDITABLE.has(state) && state !== "checking") renew();
  showErrors([]);
  setState("edit");
  frame(drawContext);
}

function renew() {
  clientOrderId = mint();
  sent = null;
  say("");
}

function showErrors(errors) {
  for (const slot of findAll("[data-error]", form)) {
    const found = errors.find(([name]) => name === slot.dataset.error);
    note(slot, found?.[1]);
    fields[slot.dataset.error].setAttribute("aria-invalid", Boolean(found));
  }
  fields[errors[0]?.[0]]?.focus();
}

function missing() {
  const order = read();
  const errors = symbol() ? [] : [["symbol", "Choose a symbol"]];
  for (const name of ["totalQuantity", ...PRICES[order.orderType]]) {
    if (Number.isNaN(order[name]) || (name === "totalQuantity" && order[name] <= 0)) errors.push([name, MISSING[name]]);
  }
  return errors;
}

// The desk's refusal: beside the field when it names one, else as a line.
function refused({ message, body }, prefix = "") {
  const named = (body.errors ?? []).map(({ pointer, detail }) => [pointer.split("/").pop().replace("conId", "symbol"), detail]);
  const beside = named.filter(([name]) => find(`[data-error="${name}"]`, form));
  setState("edit");
  showErrors(beside);
  const more = body.errorString && !message.includes(body.errorString) ? body.errorString : "";
  say(beside.length ? more : `${prefix}${message} ${more}`.trim());
}

async function preview() {
  const errors = missing();
  showErrors(errors);
  if (errors.length) return;
  say("");
  setState("checking");
  const asked = payload(true);
  const isCurrent = () => state === "checking" && JSON.stringify(asked) === JSON.stringify(payload(true));
  try {
    const answer = await call("POST", "/orders", asked);
    if (!isCurrent()) return;
    setState("ready");
    drawPreview(answer, asked.order, symbol());
  } catch (problem) {
    if (isCurrent()) refused(problem);
  }
}

async function send() {
  const order = payload(false);
  const { account } = document.body.dataset;
  const question = `${text()} ${fields.tif.value}, account ${account}. This is real money.`;
  if (mode === "LIVE" && !(await confirm("Send a LIVE order?", question, "Send the LIVE order"))) return;
  if (state !== "ready" || order.clientOrderId !== clientOrderId) return;
  setState("sending");
  try {
    tell("order", await call("POST", "/orders", order));
  } catch (problem) {
    // The stream may have been faster and know the order already.
    if (problem.isUnknown) return state === "sending" && unknown();
    renew();
    refused(problem, problem.body.sent === "no" ? "Not sent: " : "");
  }
}

// No answer is not a refusal: the id stays, and the desk is asked until it knows.
function unknown() {
  setState("unknown");
  say(`Unknown: check order ${own()}; do not place it again. Asking the desk…`, "warn");
  setTimeout(check, CHECK_MS, clientOrderId);
}

async function check(id) {
  if (state !== "unknown" || id !== clientOrderId) return;
  try {
    tell("order", await get(`/orders/${id}`));
  } catch (problem) {
    if (problem.status !== 404) return;
    setState("ready");
    say("The desk never received this order. Sending it again is safe: it keeps its order id.", "warn");
  } finally {
    setTimeout(check, CHECK_MS, id);
  }
}

// Every word about the order that this ticket sent: the answer, the stream, a check.
function follow(order) {
  if (orderKey(order) !== clientOrderId || EDITABLE.has(state)) return;
  sent = order;
  if (order.state === "unknown") return state === "unknown" || unknown();
  const isRefused = order.state === "rejected" || order.state === "not_sent";
  setState(isRefused ? "rejected" : "sent");
  say(isRefused ? (order.error ?? reasonOf(order).full) : "");
}

function drawContext() {
  const row = positionOf(symbol());
  const { bid, ask, contract } = quote();
  fill(form, {
    held: row ? `${signedQuantity(row.position)} @ ${number(row.avgCost, digits())}` : book.positionsAsOf ? "none" : NONE,
    bid: number(bid, digits()),
    ask: number(ask, digits()),
    tick: contract ? `tick ${tick()}` : "",
  });
  setText(find("#symbol-about"), about({ ...contract, ...chosen() }));
  if (wantsPrice && contract) takePrice(fields.action.value === "BUY" ? "ask" : "bid");
}

function takePrice(side) {
  const { bid, ask } = quote();
  const price = side === "mid" ? Math.round((bid + ask) / 2 / tick()) * tick() : quote()[side];
  if (!price) return;
  wantsPrice = false;
  fields.lmtPrice.value = price.toFixed(digits());
  setText(button, LABELS[state]());
}

function step(name, by) {
  const isPrice = name !== "totalQuantity";
  const unit = isPrice ? tick() : 1;
  const from = parse(fields[name].value) || (isPrice && quote().last) || 0;
  fields[name].value = Math.max(unit, Math.round(from / unit + by) * unit).toFixed(isPrice ? digits() : 0);
}

const held = () => Math.abs(positionOf(symbol())?.position ?? 0);
const CHIPS = {
  quantity: (value) => (fields.totalQuantity.value = value),
  part: (value) => (fields.totalQuantity.value = Math.floor(held() * value) || ""),
  price: takePrice,
  step: (name, { by }) => step(name, Number(by)),
};

form.addEventListener("click", ({ target }) => {
  if (state === "sending") return;
  for (const [name, act] of Object.entries(CHIPS)) {
    if (!(name in target.dataset)) continue;
    act(target.dataset[name], target.dataset);
    edited();
  }
});

form.addEventListener("input", ({ target: { name } }) => {
  if (name === "action" || name === "orderType") wantsPrice = true;
  if (name === "lmtPrice") wantsPrice = false;
  edited();
});

// Enter in a field asks for the preview and never sends; a held key never sends.
form.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const by = { ArrowUp: 1, ArrowDown: -1 }[key];
  if (by && target.closest(".stepper")) {
    step(target.name, by);
    edited();
  } else if (key !== "Enter" || (!event.repeat && (state !== "ready" || target === button))) {
    return;
  } else {
    button.focus();
  }
  event.preventDefault();
});

button.addEventListener("click", (event) => {
  if (event.detail > 1) event.preventDefault(); // a double click is one click
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (state === "edit") preview();
  else if (state === "ready") send();
});
find("#ticket-new").addEventListener("click", edited);

on("order", follow);
on("orders", ({ orders }) => orders.forEach(follow));
on("quote position positions", () => frame(drawContext));
on("choose", (contract) => {
  if (state === "sending") return;
  if (contract.symbol !== symbol() || contract.symbol !== book.symbol) fields.auxPrice.value = "";
  setContract(contract);
  fields.lmtPrice.value = "";
  wantsPrice = true;
  edited();
});
on("close", ({ position }) => {
  fields.action.value = position > 0 ? "SELL" : "BUY";
  fields.totalQuantity.value = Math.abs(position);
  fields.orderType.value = "LMT";
  wantsPrice = true;
  edited();
  button.focus();
});
