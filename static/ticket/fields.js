// The ticket's own fields: reads them as an order, shows those of the type, and what is wrong beside
// each. It sends nothing and keeps nothing.
import { find, findAll, note, setText } from "../core/dom.js";
import { besideField, isoOf, parse } from "../core/format.js";
import { ALGO_FIELDS, labelOf, TYPES } from "../orders/order_fields.js";
import { missingOfBracket } from "./bracket.js";
import { readMore } from "./more.js";
import { fields, form, typed, unit } from "./size.js";

export const TICKS = new Set(["lmtPrice", "auxPrice", "trailStopPrice", "lmtPriceOffset"]);

const type = () => TYPES[fields.orderType.value];

// The names of the fields that are asked for: of one-of-two the chosen one.
export function used() {
  return type().uses.map(({ names, isOptional }) => ({ name: names.length > 1 ? fields[`by-${names.join("-")}`].value : names[0], isOptional }));
}

function valueOf(name) {
  const node = fields[name];
  if (node.type === "checkbox") return node.checked || undefined;
  const text = node.value.trim();
  if (node.type === "time") return text ? `${text.slice(0, 5)}:00 ${Intl.DateTimeFormat().resolvedOptions().timeZone}` : undefined;
  return node.tagName === "SELECT" ? text : text ? parse(text) : undefined;
}

// The order as the desk wants it: NaN where a needed number is missing, undefined where nothing is.
export function readOrder(totalQuantity) {
  const { orderType, algoStrategy } = type();
  const order = { action: fields.action.value, orderType, algoStrategy, totalQuantity };
  const params = {};
  for (const { name, isOptional } of used()) {
    const value = valueOf(name);
    (ALGO_FIELDS.has(name) ? params : order)[name] = value ?? (isOptional || fields[name].type === "checkbox" ? undefined : NaN);
  }
  if (algoStrategy) order.algoParams = params;
  const tif = fields.tif.value;
  return { ...order, tif, goodTillDate: tif === "GTD" ? isoOf(fields.goodTillDate.value) : undefined, ...readMore() };
}

// Shows the fields of the type and its times in force, with their names.
export function showFields() {
  const names = new Map(used().map((use) => [use.name, use.isOptional]));
  const { orderType, uses, tifs } = type();
  for (const node of findAll("[data-uses]", form)) {
    const name = node.dataset.uses;
    node.hidden = !names.has(name);
    const label = find("[data-label]", node);
    if (label) setText(label, labelOf(name, orderType) + (names.get(name) ? " (optional)" : ""));
  }
  for (const node of findAll("[data-choice]", form)) node.hidden = !uses.some(({ names: both }) => both.join("-") === node.dataset.choice);
  find("#algo-note").hidden = !used().some(({ name }) => name === "startTime");
  for (const option of fields.tif.options) option.hidden = option.disabled = !tifs.includes(option.value);
  if (!tifs.includes(fields.tif.value)) fields.tif.value = tifs[0];
  find("#good-till").hidden = fields.tif.value !== "GTD";
}

// Where a refusal belongs: the slot whose pointer is the longest beginning of the error's own.
export function slotOf(pointer) {
  const alike = pointer.replace(/^\/(order\/totalQuantity|order\/cashQty|size.*)$/, "/size").replace(/^\/contract\/?.*$/, "/contract");
  const fits = findAll("[data-error]", form).filter(({ dataset }) => alike === dataset.error || alike.startsWith(`${dataset.error}/`));
  return fits.sort((one, other) => other.dataset.error.length - one.dataset.error.length)[0];
}

function fieldOf(slot, pointer) {
  const box = slot.closest("li, .field, label, fieldset") ?? slot.parentElement;
  const name = pointer.split("/").pop();
  return find(`[name="${name}"], [data-name="${name}"]`, box) ?? find("input:not([type=radio]), select", box);
}

export function showErrors(errors) {
  for (const slot of findAll("[data-error]", form)) note(slot, "");
  for (const node of findAll('[aria-invalid="true"]', form)) node.setAttribute("aria-invalid", false);
  for (const [pointer, sentence] of errors.toReversed()) {
    const slot = slotOf(pointer);
    if (!slot) continue;
    const fold = slot.closest("details");
    if (fold) fold.open = true;
    note(slot, besideField(sentence));
    const node = fieldOf(slot, pointer);
    node?.setAttribute("aria-invalid", true);
    node?.focus();
  }
}

// A date or time that is typed half has no value: it would be left out silently.
const isHalf = ({ validity }) => validity.badInput;
const pointerOf = (name) => `/order/${ALGO_FIELDS.has(name) ? "algoParams/" : ""}${name}`;

function halves() {
  const names = [...used().map(({ name }) => name), "goodAfterTime"];
  return names.filter((name) => isHalf(fields[name])).map((name) => [pointerOf(name), "Finish it or clear it"]);
}

// [pointer, sentence] of everything that must still be filled in.
export function missingFields({ symbol, secType, why }) {
  const { algoParams, ...rest } = readOrder(typed());
  const order = { ...rest, ...algoParams };
  const errors = symbol ? [] : [["/contract", why || "Choose a symbol"]];
  if (secType === "IND") errors.push(["/contract", "An index itself is not traded. Choose an option, a future or a fund on it"]);
  if (!(typed() > 0)) errors.push(["/size", unit() === "shares" ? "Enter a quantity above 0" : "Enter a size above 0"]);
  for (const [name, value] of Object.entries(order)) {
    if (Number.isNaN(value) && name !== "totalQuantity") errors.push([pointerOf(name), `Enter a number: ${labelOf(name, order.orderType).toLowerCase()}`]);
  }
  if (order.tif === "GTD" && !order.goodTillDate) errors.push(["/order/goodTillDate", "Choose until when it is good"]);
  return [...errors, ...halves(), ...missingOfBracket(unit() !== "shares")];
}
