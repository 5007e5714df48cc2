// The size of an order: shares, or other words for them, and what those come to.
import { book, multiplierOf, positionOf, quoteOf } from "./book.js";
import { find, findAll, setText } from "./dom.js";
import { isNumber, parse, quantity } from "./format.js";

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

export function showParts(position) {
  for (const chip of findAll("[data-part]", form)) chip.hidden = !position || (chip.dataset.part === "50" && Math.abs(position) === 1);
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
export function estimate(contract, { action, orderType, lmtPrice, auxPrice }) {
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
