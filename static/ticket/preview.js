// What the order would do: IB's what-if answer and the resulting position, in words.
import { book, currency, multiplierOf, positionOf, quoteOf } from "../core/book.js";
import { fill, find } from "../core/dom.js";
import { contractText, isNumber, known, money, NONE, number, percent, quantity, signed, signedQuantity } from "../core/format.js";
import { usualSize } from "./presets.js";

const FAR = 0.03; // a price this far from the last trade deserves a word
const MUCH = 100000; // USD: where TWS warns as well

const root = find("#preview");

function commission({ commission: one, minCommission, maxCommission, commissionCurrency }) {
  if (isNumber(one) || !isNumber(minCommission)) return money(one ?? maxCommission, commissionCurrency);
  if (minCommission === maxCommission) return money(maxCommission, commissionCurrency);
  return `${number(minCommission)} – ${money(maxCommission, commissionCurrency)}`;
}

// Says so when a long becomes a short, or the other way round.
export function resultingPosition(before, { action, totalQuantity }, name) {
  const after = before + (action === "BUY" ? totalQuantity : -totalQuantity);
  const side = after > 0 ? "long" : "short";
  const text = `${signedQuantity(before)} → ${after ? `${side} ${quantity(Math.abs(after))} ${name}` : `no ${name}`}`;
  if (before * after < 0) return { text: `${text}: ${side === "short" ? "long becomes short" : "short becomes long"}`, tone: "warn" };
  return before === 0 && after < 0 ? { text: `${text}: sells short`, tone: "warn" } : { text };
}

// IB holds a combo as its legs.
function heldAfter(contract, order, name) {
  if (contract.comboLegs) return "held as its legs";
  return book.positionsAsOf ? resultingPosition(positionOf(contract)?.position ?? 0, order, name) : NONE;
}

// Whether it triggers when the price rises to it (1) or falls to it (-1), for a buy.
const TRIGGERS = { STP: 1, "STP LMT": 1, MIT: -1, LIT: -1 };

// A stop on the wrong side of the market is no stop.
function atOnce({ orderType, action, auxPrice }, { last, bid, ask }) {
  const way = (TRIGGERS[orderType] ?? 0) * (action === "BUY" ? 1 : -1);
  const price = last ?? (action === "BUY" ? ask : bid);
  if (!way || !isNumber(price) || !isNumber(auxPrice) || way * (price - auxPrice) < 0) return "";
  return `It triggers at once: the market is at ${number(price)} already.`;
}

// IB takes no new risk whose margin is not covered.
function tooMuch({ initMarginChange, initMarginAfter, equityWithLoanAfter }) {
  if (!(initMarginChange > 0 && initMarginAfter > equityWithLoanAfter)) return "";
  return `There is not enough for it: it would need ${number(initMarginAfter, 0)} of initial margin, and equity would be ${number(equityWithLoanAfter, 0)}. IB is likely to refuse it.`;
}

export function hidePreview() {
  root.hidden = true;
}

// order: what was asked, with the number of shares that the desk made of its size.
// remarks: sentences of warning, or false
export function drawPreview(answer, order, contract, remarks) {
  const quote = quoteOf(contract) ?? {};
  const name = contractText(contract);
  const limit = order.lmtPrice ?? order.auxPrice;
  const price = limit ?? (order.action === "BUY" ? quote.ask : quote.bid);
  const away = quote.last ? limit / quote.last - 1 : 0;
  const far = Math.abs(away) >= FAR ? `The price is ${percent(away)} away from the last trade.` : "";
  const value = price * order.totalQuantity * multiplierOf(contract);
  const much = answer.contract.currency === "USD" && value > MUCH && `It is worth more than ${quantity(MUCH)} USD.`;
  const usual = usualSize();
  const large = order.totalQuantity > 5 * usual && `It is more than 5 times your usual size of ${quantity(usual)}.`;
  const warningText = [tooMuch(answer), atOnce(order, quote), answer.warningText, far, much, large, ...remarks].filter(Boolean).join(" ");
  // Millions go without decimals: three columns must fit.
  const digits = (value) => (Math.abs(value) >= 1e6 ? 0 : 2);
  const cell = (name, write) => ({ [name]: known(write(answer[name], digits(answer[name]))) });
  for (const name of ["initMargin", "maintMargin", "equityWithLoan"]) {
    fill(root, { ...cell(`${name}Before`, number), ...cell(`${name}Change`, signed), ...cell(`${name}After`, number) });
  }
  fill(root, {
    size: `${quantity(order.totalQuantity)} ${name}`,
    notional: known(money(value, answer.contract.currency)),
    commission: known(commission(answer)),
    currency: currency() ?? "",
    resultingPosition: heldAfter(contract, order, name),
    warningText,
  });
  find(".warning", root).hidden = !warningText;
  root.hidden = false;
}
