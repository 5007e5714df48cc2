// The dialog that changes a live order. Loaded when it is first opened. It shows a change as done
// only when IB has confirmed it.
import { call } from "../core/api.js";
import { book, on, orderKey, places, tell } from "../core/book.js";
import { clone, fill, find, findAll, note, setText } from "../core/dom.js";
import { besideField, contractText, isNumber, isoOf, localOf, orderName, orderText, parse, placesOf } from "../core/format.js";
import { toast } from "../core/notices.js";
import { changeText, fieldsOf, labelOf, TYPES } from "./order_fields.js";

const TEXTS = new Set(["adaptivePriority", "strategyType", "startTime", "endTime", "allowPastEndTime", "noTakeLiq", "maxPctVol"]);
const UNKNOWN = "Unknown whether the change arrived. Look at the order's terms before you ask again.";

const dialog = find("#change-dialog");
const form = find("form", dialog);
const send = find("#change-send");
let order;
let isSending = false;
let last = null; // what was asked, the terms before, and how the desk names the change: {asked, before, told}
let seen = new Map(); // input's name -> its value when it was shown first, or what IB has confirmed since

const name = ({ order: terms, contract }) => `${orderName(order)} ${orderText(terms, contractText(contract), places(contract))}`;
const inputs = () => findAll("input, select", form);
const say = (text, tone) => note(find("#change-notice"), text, tone);

function numberField(field) {
  const node = clone("change-number", { label: labelOf(field, order.order.orderType) });
  const value = order.order[field];
  const input = Object.assign(find("input", node), { name: field, id: `change-${field}` });
  const isPrice = field.toLowerCase().includes("price");
  const price = () => value.toFixed(Math.max(places(order.contract), placesOf(value))); // never rounded
  input.value = isNumber(value) ? (isPrice ? price() : String(value)) : "";
  return node;
}

function choiceField(field, options) {
  const node = clone("change-choice", { label: labelOf(field) });
  const select = Object.assign(find("select", node), { name: field, id: `change-${field}` });
  select.append(...options.map((value) => new Option(value, value, false, value === order.order[field])));
  return node;
}

function timeField(field) {
  const node = numberField(field);
  Object.assign(find("input", node), { type: "datetime-local", value: localOf(order.order[field]) });
  return node;
}

function flagField(field) {
  const node = clone("change-flag", { label: labelOf(field) });
  Object.assign(find("input", node), { name: field, checked: Boolean(order.order[field]) });
  return node;
}

function build() {
  const { order: terms } = order;
  const type = TYPES[terms.orderType] ?? TYPES.LMT;
  // TWS has names of its own for a time in force too; the present one can always stay.
  const tifs = [...new Set([terms.tif, ...type.tifs])].filter((tif) => tif !== "GTD" || terms.tif === "GTD");
  const prices = fieldsOf(terms).filter((field) => !TEXTS.has(field) && isNumber(terms[field]));
  const nodes = [...prices, "totalQuantity"].map(numberField);
  nodes.push(choiceField("tif", tifs));
  if (terms.tif === "GTD") nodes.push(timeField("goodTillDate"));
  nodes.push(flagField("outsideRth"));
  find("#change-fields").replaceChildren(...nodes);
  for (const node of nodes) find("[data-error]", node).dataset.error = find("input, select", node).name;
  seen = new Map(inputs().map((input) => [input.name, valueOf(input)]));
}

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.validity.badInput) return NaN; // a date that is typed half
  if (input.type === "datetime-local") return isoOf(input.value) ?? null;
  if (input.tagName === "SELECT") return input.value;
  return input.value.trim() ? parse(input.value) : null;
}

// Only what the user has changed: an untouched field must not take back what happened meanwhile.
function changes() {
  const changed = inputs().filter((input) => valueOf(input) !== seen.get(input.name));
  return Object.fromEntries(changed.map((input) => [input.name, valueOf(input)]));
}

function showErrors(errors) {
  for (const slot of findAll("[data-error]", form)) {
    const found = errors.find(([field]) => field === slot.dataset.error);
    note(slot, found && besideField(found[1]));
    form.elements[slot.dataset.error].setAttribute("aria-invalid", Boolean(found));
  }
  form.elements[errors[0]?.[0]]?.focus();
}

const STOPS = new Set(["STP", "STP LMT"]);

// Where an attached order stands; a trailing one's auxPrice is a distance.
const priceOf = ({ orderType, lmtPrice, auxPrice }) => (orderType === "LMT" ? lmtPrice : STOPS.has(orderType) ? auxPrice : null);

// What the change would leave behind in the orders that are attached to this one.
function familyText(asked) {
  const legs = (order.legs ?? []).map((leg) => book.orders.get(leg)?.order).filter(Boolean);
  if (!legs.length) return "";
  const way = order.order.action === "BUY" ? 1 : -1;
  const isWrong = (leg) => isNumber(priceOf(leg)) && way * (asked.lmtPrice - priceOf(leg)) * (leg.orderType === "LMT" ? -1 : 1) <= 0;
  const wrong = isNumber(asked.lmtPrice) && legs.find(isWrong);
  const price = wrong && `Its attached ${orderText(wrong, contractText(order.contract), places(order.contract))} would stand on the wrong side of this price. `;
  const size = isNumber(asked.totalQuantity) && `Its attached orders keep their sizes: change them as well.`;
  return `${price || ""}${size || ""}`;
}

const words = (asked, before) => Object.entries(asked).map(([field, value]) => changeText(field, before[field], value, before.orderType)).join(", ");

// Another tab or a program may change the same order: that is not what became of this one's change.
const nameOf = ({ modification }) => JSON.stringify(modification?.asked);
const isOwn = (next) => Boolean(last && next.modification) && (last.isUnheard || nameOf(next) === last.told);

// What became of the change that this dialog asked for.
function follow(next) {
  const { asked, before } = last;
  const text = words(asked, before);
  const { state, message, reason } = next.modification ?? {};
  if (state === "done") {
    for (const [field, value] of Object.entries(asked)) seen.set(field, value);
    return say(`Done: ${text}. IB confirmed it.`, "ok");
  }
  if (state === "refused") return say(`IB refused it: ${message?.meaning ?? reason}. The old terms hold.`, "error");
  if (state === "unconfirmed") return say(`Not confirmed: ${text}. ${reason}. Check TWS before you ask again.`, "warn");
  say(`Asked IB: ${text}. The old terms hold until IB confirms.`, "busy");
}

function setSending(value) {
  isSending = value;
  send.disabled = value;
  setText(send, value ? "Waiting for IB…" : "Ask IB to change it");
}

async function ask() {
  const asked = changes();
  const wrong = Object.entries(asked).filter(([, value]) => Number.isNaN(value));
  showErrors(wrong.map(([field]) => [field, field === "goodTillDate" ? "Finish it" : "Enter a number"]));
  if (wrong.length) return;
  if (!Object.keys(asked).length) return say("Nothing is changed yet.", "warn");
  const own = { asked, before: order.order };
  const [key, who] = [orderKey(order), name(order)];
  last = own;
  setSending(true);
  say(`Asking IB: ${words(asked, own.before)}. The old terms hold until IB confirms.`, "busy");
  const isShown = () => last === own; // the dialog may have been opened anew, for another order
  try {
    const answer = await call("PATCH", `/orders/${encodeURIComponent(key)}`, { order: asked });
    own.told = nameOf(answer);
    tell("order", answer);
    if (isShown()) follow(answer);
  } catch (problem) {
    own.isUnheard = problem.isUnknown;
    if (isShown()) refused(problem);
    else toast(`change-${key}`, ["warn", "error"], `Change of ${who}: ${problem.isUnknown ? UNKNOWN : problem.message}`);
  } finally {
    if (isShown()) setSending(false);
  }
}

function refused({ message, isUnknown, body }) {
  if (isUnknown) return say(UNKNOWN, "warn");
  const errors = (body.errors ?? []).map(({ pointer, detail }) => [pointer.split("/").pop(), detail]);
  const beside = errors.filter(([field]) => form.elements[field]);
  showErrors(beside);
  say(beside.length ? "" : `${message} The old terms hold.`, "error");
}

export function openChange(chosen) {
  order = chosen;
  last = null;
  fill(dialog, { title: `Change ${name(order)}` });
  build();
  say("");
  setSending(false);
  dialog.showModal();
  find("input", form).select();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isSending) ask();
});
form.addEventListener("input", () => say(familyText(changes()), "warn"));
function hear(next) {
  if (!dialog.open || !order || orderKey(next) !== orderKey(order)) return;
  order = next;
  if (!isSending && isOwn(next)) follow(next);
  if (next.state !== "live") {
    send.disabled = true;
    say("The order is not live any more: nothing is left to change.", "warn");
  }
}

on("order", hear);
on("orders", ({ orders }) => orders.map((one) => book.orders.get(orderKey(one))).forEach(hear));
