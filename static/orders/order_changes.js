// The dialog that changes a live order. Loaded when it is first opened. It shows a change as done
// only when IB has confirmed it.
import { call } from "../core/api.js";
import { on, orderKey, places, tell } from "../core/book.js";
import { clone, fill, find, findAll, note, setText } from "../core/dom.js";
import { contractText, isNumber, isoOf, localOf, number, orderName, orderText, parse } from "../core/format.js";
import { changeText, fieldsOf, labelOf, TYPES } from "./order_fields.js";

const TEXTS = new Set(["adaptivePriority", "strategyType", "startTime", "endTime", "allowPastEndTime", "noTakeLiq", "maxPctVol"]);

const dialog = find("#change-dialog");
const form = find("form", dialog);
const send = find("#change-send");
let order;
let isSending = false;
let last = null; // what was asked, with the terms before: {asked, before}

const name = ({ order: terms, contract }) => `${orderName(order)} ${orderText(terms, contractText(contract), places(contract))}`;
const say = (text, tone) => note(find("#change-notice"), text, tone);

function numberField(field) {
  const node = clone("change-number", { label: labelOf(field, order.order.orderType) });
  const value = order.order[field];
  const input = Object.assign(find("input", node), { name: field, id: `change-${field}` });
  const isPrice = field.toLowerCase().includes("price");
  input.value = isNumber(value) ? (isPrice ? number(value, places(order.contract)).replaceAll(",", "") : String(value)) : "";
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
}

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.type === "datetime-local") return isoOf(input.value) ?? null;
  if (input.tagName === "SELECT") return input.value;
  return input.value.trim() ? parse(input.value) : null;
}

// The input knows minutes only.
function isSame({ type }, value, known = null) {
  return type === "datetime-local" && value && known ? Math.abs(Date.parse(value) - Date.parse(known)) < 60000 : value === known;
}

// Only what differs from the terms that IB has.
function changes() {
  const changed = findAll("input, select", form).filter((input) => !isSame(input, valueOf(input), order.order[input.name]));
  return Object.fromEntries(changed.map((input) => [input.name, valueOf(input)]));
}

function showErrors(errors) {
  for (const slot of findAll("[data-error]", form)) {
    const found = errors.find(([field]) => field === slot.dataset.error);
    note(slot, found?.[1]);
    form.elements[slot.dataset.error].setAttribute("aria-invalid", Boolean(found));
  }
  form.elements[errors[0]?.[0]]?.focus();
}

const words = (asked, before) => Object.entries(asked).map(([field, value]) => changeText(field, before[field], value, before.orderType)).join(", ");

// What became of the change that this dialog asked for.
function follow(next) {
  const { asked, before } = last;
  const text = words(asked, before);
  const { state, message, reason } = next.modification ?? {};
  if (state === "done") return say(`Done: ${text}. IB confirmed it.`, "ok");
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
  showErrors(wrong.map(([field]) => [field, "Enter a number"]));
  if (wrong.length) return;
  if (!Object.keys(asked).length) return say("Nothing is changed yet.", "warn");
  const before = order.order;
  last = { asked, before };
  setSending(true);
  say(`Asking IB: ${words(asked, before)}. The old terms hold until IB confirms.`, "busy");
  try {
    const answer = await call("PATCH", `/orders/${encodeURIComponent(orderKey(order))}`, { order: asked });
    tell("order", answer);
    follow(answer);
  } catch (problem) {
    refused(problem);
  } finally {
    setSending(false);
  }
}

function refused({ message, isUnknown, body }) {
  if (isUnknown) return say("Unknown whether the change arrived. Look at the order's terms before you ask again.", "warn");
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
form.addEventListener("input", () => say(""));
on("order", (next) => {
  if (!dialog.open || !order || orderKey(next) !== orderKey(order)) return;
  order = next;
  if (last && !isSending && next.modification) follow(next);
  if (next.state !== "live") {
    send.disabled = true;
    say("The order is not live any more: nothing is left to change.", "warn");
  }
});
