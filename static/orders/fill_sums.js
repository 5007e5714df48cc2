// Sums of fills. What IB has not told yet is not counted as nothing: the sum says so. Pure.
import { money, NONE, number, placesOf, quantity, signed } from "../core/format.js";

const isBuy = ({ side }) => side === "BOT";

// currency -> sum of a field, over the rows that have it
function byCurrency(rows, name) {
  const sums = new Map();
  for (const row of rows) {
    if (row[name] === null) continue;
    const currency = row.commissionCurrency ?? "";
    sums.set(currency, (sums.get(currency) ?? 0) + row[name]);
  }
  return [...sums];
}

// "2,000 at 228.11"; combos and their legs have sizes of their own, so this is for one contract.
function traded(rows) {
  const shares = rows.reduce((sum, row) => sum + row.shares, 0);
  if (!shares) return NONE;
  const average = rows.reduce((sum, row) => sum + row.shares * row.price, 0) / shares;
  return `${quantity(shares)} at ${number(average, placesOf(Math.round(Math.abs(average) * 1e5) / 1e5))}`;
}

// {count, commission, realized: {text, tone}, bought, sold}
export function sumsOf(rows) {
  const unknown = rows.filter(({ commission }) => commission === null).length;
  const paid = byCurrency(rows, "commission").map(([currency, sum]) => money(sum, currency)).join(" + ");
  const gains = byCurrency(rows, "realizedPNL");
  const realized = gains.map(([currency, sum]) => `${signed(sum)} ${currency}`.trim()).join(" and ");
  const total = gains.length === 1 ? gains[0][1] : 0;
  return {
    count: rows.filter(({ contract }) => contract.secType !== "BAG").length, // a combo's legs are its fills
    commission: paid ? (unknown ? `at least ${paid}` : paid) : NONE,
    realized: { text: realized ? (unknown ? `${realized} so far` : realized) : NONE, tone: total > 0 ? "up" : total < 0 ? "down" : "" },
    bought: traded(rows.filter(isBuy)),
    sold: traded(rows.filter((row) => !isBuy(row))),
  };
}
