// The order ticket: preview first, then send. One key per order: a retry cannot double it.
// States: edit, checking, ready, sending, then sent, rejected, unknown or doubt (the same order was
// sent a moment ago). Any edit leads back to edit.
import { call, get, mint, place } from "../core/api.js";
import { averageOf, book, isSame, now, on, orderKey, positionOf, positionsOldAfter, tell } from "../core/book.js";
import { fill, find, frame, note, setAge, setText } from "../core/dom.js";
import { isNumber, modeText, NONE, number, orderName, parse, placesOf, quantity, signedQuantity } from "../core/format.js";
import { codeText, reasonOf, troubleText } from "../orders/ib_messages.js";
import { announce } from "../core/notices.js";
import { fillTypes } from "../orders/order_fields.js";
import { statusOf } from "../orders/order_states.js";
import { drawPreview, hidePreview } from "./preview.js";
import { about } from "./symbol_box.js";
import { clickBracket, drawBracket, hasBracket, resetBracket, setBracket } from "./bracket.js";
import { missingFields, showErrors, showFields, slotOf, TICKS, used } from "./fields.js";
import { startKeys } from "./keys.js";
import { clickMore, drawMore, resetMore } from "./more.js";
import { box, bracketWords, chosen, digits, fix, payload, quote, read, risk, text, tick, whole } from "./order.js";
import { begin, choosePreset, placeBracket, setBegun, setByHand, startAnew, startPresets } from "./presets.js";
import { drawSize, fields, form, showUnit, takePart, typed, unit, UNITS } from "./size.js";
import { isMeant, learnHours, outOfHours } from "./trading_hours.js";

const HINTS = {
  edit: "The preview asks IB for margin and commission. Nothing is sent yet.",
  ready: "Check the numbers, then send. Any change asks for a new preview.",
};
const FROZEN = "New orders are frozen: only an order that closes a position leaves.";
const EDITABLE = new Set(["edit", "ready", "doubt"]);
const CHECK_MS = 3000;

const button = find("#ticket-submit");
const doubts = find("#ticket-doubt");
// What an order is made from.
const parts = [find(".ticket .preset"), ...[...form.children].filter((node) => find("input, select", node))];
let state = "edit";
let key = mint();
let previewed = null; // the body that the button offers: just that is sent, also a second time
let seat = ""; // whose account that is
let sent = null; // the ORDER this ticket became
let limit = "wanted"; // the limit price: still wanted from the quote, "quoted", or "given" by the trader
let previews = 0; // asked for so far: only the last one counts

const missing = () => missingFields(chosen());
const say = (text, tone = "error") => note(find("#ticket-notice"), text, tone);

const seatOf = ({ mode, account }) => [mode?.toUpperCase(), account].filter(Boolean).join(" ") || "no account";

const own = () => orderName(sent ?? { clientOrderId: key });

const LABELS = {
  edit: () => (missing().length ? "Preview" : `Preview: ${text()}${bracketWords()}`),
  checking: () => "Checking margin…",
  ready: () => `Send: ${whole()} — ${modeText()} ${document.body.dataset.account}`.trim(),
  doubt: () => "Not sent: is it a second order?",
  sending: () => "Sending…",
  sent: () => `Sent ${own()} · ${statusOf(sent).word}`,
  rejected: () => `${statusOf(sent).word} ${own()}`,
  unknown: () => `Unknown: check order ${own()}`,
};

function setState(next) {
  const hadFocus = document.activeElement === button || doubts.contains(document.activeElement);
  state = next;
  if (state !== "ready") hidePreview();
  if (state === "edit") {
    fix(NaN);
    placeBracket(risk());
  }
  doubts.hidden = state !== "doubt";
  for (const part of parts) part.inert = state === "sending"; // until its outcome is known the order stays as it left
  showFields();
  drawMore();
  drawBracket(risk());
  Object.assign(button.dataset, { state, side: fields.action.value });
  button.disabled = !EDITABLE.has(state) || state === "doubt";
  setText(button, LABELS[state]());
  drawSize(chosen(), read());
  note(find("#ticket-hint"), state === "edit" && book.status?.frozen ? FROZEN : HINTS[state]);
  if (hadFocus) (button.disabled ? form : button).focus();
  else if (document.activeElement === form) button.focus();
}

// What comes from elsewhere while an order leaves is not taken, and that is said.
function isLeaving() {
  if (state === "sending") say("An order is being sent. The ticket takes the next one when the outcome is known.", "warn");
  return state === "sending";
}

// Any edit asks for a new preview; after an order was sent it opens a ticket with its own key.
function edited() {
  if (!EDITABLE.has(state) && state !== "checking") renew();
  showErrors([]);
  say("");
  setState("edit");
  frame(drawContext);
}

function renew() {
  key = mint();
  sent = null;
  say("");
}

// The desk's refusal: beside the field when it names one, else as a line.
function refused({ message, body }, prefix = "") {
  const named = (body.errors ?? []).map(({ pointer, detail }) => [pointer, detail]);
  const beside = named.filter(([pointer]) => slotOf(pointer));
  setState("edit");
  showErrors(beside);
  // IB's own words stand in the sentence already.
  const more = message.includes(body.errorString ?? "\n") ? codeText({ errorCode: body.errorCode }) : codeText(body);
  say(beside.length ? more : `${prefix}${message} ${more}`.trim());
}

function isComplete() {
  const errors = missing();
  showErrors(errors);
  return !errors.length;
}

async function preview() {
  if (!isComplete()) return;
  say("");
  learnHours(chosen());
  setState("checking");
  const asked = payload(true);
  const round = (previews += 1);
  const answer = await call("POST", "/orders", asked).catch((problem) => ({ problem }));
  if (state !== "checking" || round !== previews) return; // an edit took it back
  // What is asked may change by itself: the account becomes known with the first status.
  if (JSON.stringify(asked) !== JSON.stringify(payload(true))) return preview();
  if (answer.problem) return refused(answer.problem);
  const { totalQuantity } = answer.order;
  fix(totalQuantity);
  const order = { ...asked.order, totalQuantity };
  previewed = payload(false);
  seat = seatOf(document.body.dataset);
  drawPreview(answer, order, chosen(), [book.status?.frozen && FROZEN, outOfHours(chosen(), order)]);
  setState("ready"); // last: the button comes into view below the numbers
  checkSeat();
}

// Another agent or another login may come: what the button says would be another account's.
function checkSeat() {
  const next = book.status ? seatOf(book.status) : seat;
  if (next === seat || (state !== "ready" && state !== "doubt")) return;
  setState("edit");
  say(`The preview was made for ${seat}, and it is ${next} now. Preview it again.`, "warn");
}

async function send(more = {}) {
  const before = { key, state };
  if (!(await isMeant(whole(), outOfHours(chosen(), read())))) return;
  if (state !== before.state || key !== before.key) return;
  setState("sending");
  try {
    tell("order", await place("/orders", { ...previewed, ...more }, key));
  } catch (problem) {
    if (key !== before.key) return; // the stream told its outcome, and the ticket is another one
    // The stream may have been faster and know the order already.
    if (problem.isUnknown) return state === "sending" && unknown();
    if (problem.body.errorCode === "possible_duplicate") return doubt(problem);
    renew();
    refused(problem, problem.body.sent === "no" ? "Not sent: " : "");
  }
}

// The same order left a moment ago, perhaps from another tab. The key stays: it is still one order.
function doubt({ message }) {
  const earlier = [...book.orders.keys()].find((name) => message.includes(name));
  const link = find("a", doubts);
  link.hidden = !earlier;
  if (earlier) link.href = `/orders/${encodeURIComponent(earlier)}`;
  setState("doubt");
  say("Not sent: just the same order was sent a few seconds ago. Look at that one first.", "warn");
  find("#ticket-anyway").focus();
}

// No answer is not a refusal: the key stays, and the desk is asked until it knows.
function unknown() {
  setState("unknown");
  say(`Unknown: check order ${own()}; do not place it again. Asking the desk…`, "warn");
  setTimeout(check, CHECK_MS, key);
}

async function check(id) {
  if (state !== "unknown" || id !== key) return;
  try {
    tell("order", await get(`/orders/${id}`));
  } catch (problem) {
    if (problem.status !== 404 || state !== "unknown" || id !== key) return;
    setState("ready");
    say("The desk never received this order. Sending it again is safe: it keeps its key.", "warn");
    checkSeat();
  } finally {
    setTimeout(check, CHECK_MS, id);
  }
}

// Every word about the order that this ticket sent: the answer, the stream, a check.
function follow(order) {
  if (orderKey(order) !== key || EDITABLE.has(state)) return;
  sent = order;
  if (order.state === "unknown") return state === "unknown" || unknown();
  const isRefused = order.state === "rejected" || order.state === "not_sent";
  if (!isRefused) limit = "quoted"; // what was given for this order may be replaced in the next
  setState(isRefused ? "rejected" : "sent");
  say(isRefused ? (order.error ?? reasonOf(order).full) : "");
}

function drawContext() {
  const row = positionOf(chosen());
  const { bid, ask, contract, trouble } = quote();
  const nothing = chosen().comboLegs ? "as legs" : book.positionsAsOf ? "none" : NONE;
  fill(form, {
    held: row ? `${signedQuantity(row.position)} @ ${number(averageOf(row), digits())}` : nothing,
    bid: number(bid, digits()),
    ask: number(ask, digits()),
    tick: contract ? `tick ${tick()}` : "",
  });
  const { secType = "STK" } = chosen();
  fields.sizeUnit.options[0].text = secType === "STK" ? "shares" : secType === "CASH" ? "units" : "contracts";
  setText(find("#symbol-about"), about({ ...contract, ...chosen() }));
  note(find("#quote-trouble"), trouble && troubleText(trouble), "warn");
  if (contract && takesPrice()) takePrice(fields.action.value === "BUY" ? "ask" : "bid");
  if (hasBracket()) drawBracket(risk());
  drawSize(chosen(), read());
}

// Not while somebody is in the field: what they type would be mixed with it.
function takesPrice() {
  const isUsed = used().some(({ name, isOptional }) => name === "lmtPrice" && !isOptional);
  return limit === "wanted" && isUsed && state === "edit" && document.activeElement !== fields.lmtPrice;
}

// A combo's price may be 0 or below.
const isPrice = (value) => isNumber(value) && (value > 0 || Boolean(chosen().comboLegs));

function quoted(side) {
  const { bid, ask } = quote();
  if (side !== "mid") return quote()[side];
  return isPrice(bid) && isPrice(ask) ? Math.round((bid + ask) / 2 / tick()) * tick() : NaN;
}

// The other side of the quote is another price; one that was given stays on either side.
function sideChosen() {
  if (limit !== "given" || !fields.lmtPrice.value) limit = "wanted";
}

function takePrice(side) {
  const price = quoted(side);
  if (!isPrice(price)) return;
  limit = "quoted";
  fields.lmtPrice.value = price.toFixed(digits());
  setState(state);
}

function step(name, by) {
  const isPrice = TICKS.has(name);
  if (name === "lmtPrice") limit = "given";
  const one = isPrice ? tick() : UNITS[unit()].by;
  const from = parse(fields[name].value) || (name === "lmtPrice" || name === "auxPrice" ? quote().last : 0) || 0;
  const least = isPrice && chosen().comboLegs ? -Infinity : one; // a combo's price may be below zero
  fields[name].value = Math.max(least, Math.round(from / one + by) * one).toFixed(isPrice ? digits() : 0);
}

const CHIPS = {
  quantity: (value) => (fields.totalQuantity.value = value),
  price: takePrice,
  step: (name, { by }) => step(name, Number(by)),
  part: (percent) => {
    takePart(positionOf(chosen()).position, Number(percent));
    sideChosen();
  },
};

form.addEventListener("click", ({ target }) => {
  const clicked = target.closest("button[type=button]");
  if (state === "sending" || !clicked) return;
  if (clicked.id === "ticket-anyway") return send({ confirmDuplicate: true });
  const chip = Object.keys(CHIPS).find((name) => name in clicked.dataset);
  if (chip) CHIPS[chip](clicked.dataset[chip], clicked.dataset);
  if (chip === "quantity" || chip === "part") setByHand("size");
  if (chip === "step") setByHand(clicked.dataset.step);
  if (chip === "price") setByHand("lmtPrice");
  const isBracket = clickBracket(clicked);
  if (isBracket) setByHand("bracket");
  if (chip || isBracket || clickMore(clicked)) edited();
});

form.addEventListener("input", ({ target }) => {
  const { name } = target;
  setByHand(target.closest("#ticket-bracket") ? "bracket" : name);
  if (name === "action") sideChosen();
  if (name === "orderType") {
    limit = "wanted";
    fields.lmtPrice.value = fields.auxPrice.value = "";
    fields.tif.value = "DAY"; // what one type had to have is nobody's wish for the next
  }
  if (name === "lmtPrice") limit = "given";
  if (name === "sizeUnit") showUnit(positionOf(chosen())?.position);
  edited();
});

// Enter in a field asks for the preview and never sends.
startKeys(
  () => state === "ready",
  (name, by) => {
    setByHand(name);
    step(name, by);
    edited();
  },
);

button.addEventListener("click", (event) => {
  if (event.detail > 1) event.preventDefault(); // a double click is one click
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  // The browser tells nothing while a date is typed, before it is whole.
  if (state === "ready") return isComplete() ? send() : setState("edit");
  if (state !== "edit") return;
  await box.settled(); // what was typed just now is being looked up
  if (state === "edit") preview(); // never what another press has made ready meanwhile
});
find("#ticket-new").addEventListener("click", () => {
  if (isLeaving()) return;
  resetMore();
  resetBracket();
  startAnew();
  for (const name of TICKS) fields[name].value = "";
  limit = "wanted";
  edited();
});

on("order", follow);
on("orders", ({ orders }) => orders.forEach(follow));
const tickHeld = () => setAge(find("#held"), book.positionsAsOf, now(), positionsOldAfter(positionOf(chosen())));

on("quote position positions", () => frame(drawContext));
on("tick positions", tickHeld);
on("choose", (contract) => {
  if (isLeaving()) return;
  const isOther = !isSame(contract, box.last());
  if (isOther && box.last().symbol) setBegun(); // the first one is the page's
  // Prices and conditions of one contract mean nothing for another.
  if (isOther) for (const name of TICKS) fields[name].value = "";
  if (isOther) resetMore(), resetBracket();
  box.set(contract);
  if (isOther) begin(contract.secType);
  fields.lmtPrice.value = "";
  limit = "wanted";
  edited();
});

// An order that another block proposes: it fills the ticket, and the trader looks at it.
on("offer", ({ contract, order, bracket }) => {
  if (isLeaving()) return;
  tell("choose", contract);
  setBegun();
  choosePreset("");
  resetMore();
  resetBracket();
  fields.sizeUnit.value = "shares";
  showUnit();
  for (const name of ["action", "orderType", "totalQuantity"]) fields[name].value = order[name];
  for (const name of TICKS) fields[name].value = isNumber(order[name]) ? order[name].toFixed(placesOf(order[name])) : "";
  fields.trailingPercent.value = order.trailingPercent ?? "";
  fields["by-auxPrice-trailingPercent"].value = isNumber(order.trailingPercent) ? "trailingPercent" : "auxPrice";
  limit = isNumber(order.lmtPrice) ? "given" : "wanted";
  setBracket(bracket);
  edited();
  fields.tif.value = order.tif;
  announce(`In the ticket: ${text()}`);
  if (matchMedia("(max-width: 819px)").matches) form.closest(".ticket").scrollIntoView();
});
on("status", checkSeat);
on("known", box.learn);

fillTypes(fields.orderType);
showUnit();
setState("edit");
startPresets(() => {
  for (const name of TICKS) fields[name].value = "";
  limit = "wanted";
  edited();
}, () => risk().entry);
