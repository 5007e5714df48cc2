// The size of an order: shares, or other words for them, and what those come to.
import { book, multiplierOf, places, positionOf, quoteOf } from "../core/book.js";
import { find, findAll, note, setText } from "../core/dom.js";
import { contractText, isNumber, number, parse, quantity } from "../core/format.js";
import { resultingPosition } from "./preview.js";

// unit of the size -> what one step is, its chips, and its words
export const UNITS = {
  shares: { by: 1, chips: [1, 10, 100], words: (size) => quantity(size) },
  notional: { by: 100, chips: [1000, 5000, 10000], words: (size, currency = "") => `${quantity(size)} ${currency} of` },
  percentOfNetLiquidation: { by: 1, chips: [1, 2, 5, 10], words: (size) => `${quantity(size)} % of net liquidation in` },
  closePercent: { by: 1, chips: [25, 50, 75, 100], words: (size) => `${quantity(size)} % of the position in` },
};
// Types whose auxPrice is a price and not a distance.
export const PRICED_BY_AUX = new Set(["STP", "STP LMT", "MIT", "LIT"]);

export const form = find("#ticket");
export const fields = form.elements;
export const unit = () => fields.sizeUnit.value;
export const typed = () => parse(fields.totalQuantity.value);

// Closing a part of a position has one side only.
export function showUnit(position) {
  const { chips } = UNITS[unit()];
  findAll("[data-quantity]", form).forEach((chip, index) => {
    chip.hidden = chips[index] === undefined;
    chip.dataset.quantity = chips[index];
    setText(chip, `${quantity(chips[index])}${unit().includes("ercent") ? " %" : ""}`);
  });
  fields.totalQuantity.value = chips.at(-1);
  if (unit() === "closePercent" && position) fields.action.value = position > 0 ? "SELL" : "BUY";
}

// How IB steps a broken position is known to the desk alone.
export function takePart(position, percent) {
  const whole = Math.abs(position);
  const isWhole = Number.isInteger(whole);
  fields.sizeUnit.value = isWhole ? "shares" : "closePercent";
  showUnit();
  fields.totalQuantity.value = isWhole ? Math.floor((whole * percent) / 100) : percent;
  fields.action.value = position > 0 ? "SELL" : "BUY";
}

// What the desk will make of a size in other words, as trading/sizing.py does: whole pieces, rounded
// down, at the worst price. {shares, price}; NaN while a number is missing.
function estimate(contract, { action, orderType, lmtPrice, auxPrice }) {
  const size = typed();
  if (unit() === "closePercent") {
    const held = Math.abs(positionOf(contract)?.position);
    return { shares: size === 100 ? held : Math.floor((held * size) / 100) };
  }
  const { bid, ask, last, contract: { currency } = {} } = quoteOf(contract) ?? {};
  const worth = book.account?.summary.NetLiquidation;
  const money = unit() === "notional" ? size : worth?.currency === currency ? (worth?.value * size) / 100 : NaN;
  const levels = [lmtPrice, PRICED_BY_AUX.has(orderType) ? auxPrice : NaN];
  const isBuy = action === "BUY";
  const price = isBuy && isNumber(lmtPrice) ? lmtPrice : isNumber(isBuy ? ask : bid) ? Math.max(...[bid, ask, last, ...levels].filter((one) => isNumber(one))) : NaN;
  const isWhole = contract.secType !== "CRYPTO"; // coins come in fractions
  return { shares: isWhole ? Math.floor(money / (price * multiplierOf(contract))) : NaN, price };
}

// How many shares that is, and a position that turns round: both before the preview.
export function drawSize(contract, order) {
  const isOther = unit() !== "shares";
  const held = book.positionsAsOf && !contract.comboLegs ? (positionOf(contract)?.position ?? 0) : NaN;
  const { shares, price } = isOther ? estimate(contract, order) : { shares: typed() };
  const count = shares ? `${quantity(shares)} ${fields.sizeUnit.options[0].text}` : "less than one piece";
  const comes = isNumber(shares) ? `Comes to ${count}${price ? ` at ${number(price, places(contract))}` : ""}.` : "The preview says how many.";
  const turn = shares && isNumber(held) ? resultingPosition(held, { ...order, totalQuantity: shares }, contractText(contract)) : {};
  note(find("#sized"), [isOther && typed() > 0 && comes, turn.tone && `Position ${turn.text}.`].filter(Boolean).join(" "), turn.tone);
  for (const chip of findAll("[data-part]", form)) chip.hidden = !held || (chip.dataset.part === "50" && Math.abs(held) === 1);
}
