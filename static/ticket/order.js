// The order that the ticket describes, as a body for the desk and in the words of its button.
import { currency, multiplierOf, places, queryOf, quoteOf, tell } from "../core/book.js";
import { find } from "../core/dom.js";
import { contractText, isNumber, orderText, sideText, termsText } from "../core/format.js";
import { symbolBox } from "./symbol_box.js";
import { bracketText, hasBracket, readBracket } from "./bracket.js";
import { readOrder } from "./fields.js";
import { fields, form, PRICED_BY_AUX, typed, unit, UNITS } from "./size.js";

let sized = NaN; // the shares that the preview made of a size in other words
export const fix = (shares) => (sized = shares);

export const box = symbolBox(find(".combo", form), (contract) => tell("choose", contract));
export const { chosen } = box;
export const name = () => contractText(chosen());
export const digits = () => places(chosen());
export const quote = () => quoteOf(chosen()) ?? {};
export const tick = () => quote().minTick || 0.01;
export const shares = () => (unit() === "shares" ? typed() : sized);
export const read = () => readOrder(shares());

export function payload(whatIf) {
  const contract = { ...queryOf(chosen()), comboLegs: chosen().comboLegs };
  const account = document.body.dataset.account || undefined;
  const order = { ...read(), account, whatIf };
  const bracket = readBracket(shares());
  if (unit() === "shares" || !whatIf) return { contract, order, bracket, wait: "none" };
  return { contract, order: { ...order, totalQuantity: undefined }, size: { [unit()]: typed() }, bracket, wait: "none" };
}

export function text() {
  if (isNumber(shares())) return orderText(read(), name(), digits());
  return `${sideText(read())} ${UNITS[unit()].words(typed(), chosen().currency)} ${name()} ${termsText(read(), digits())}`;
}

export const bracketWords = () => (hasBracket() ? ` with ${bracketText(shares(), digits())}` : "");
export const whole = () => `${text()} ${fields.tif.value}${bracketWords()}`;

// What the bracket's bars are made from: the entry is the order's own price, else the quote's.
export function risk() {
  const { action, lmtPrice, auxPrice, orderType } = read();
  const buys = action === "BUY";
  const own_ = PRICED_BY_AUX.has(orderType) ? auxPrice : lmtPrice;
  const entry = isNumber(own_) ? own_ : buys ? quote().ask : quote().bid;
  const money = quote().contract?.currency ?? currency() ?? "";
  return { total: shares(), entry, sign: buys ? 1 : -1, unit: multiplierOf(chosen()), currency: money, places: digits(), tick: tick() };
}
