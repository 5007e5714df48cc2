// The account tiles. Draws what the book holds; asks nothing itself.
import { accountOldAfter, book, currency, now, on } from "../core/book.js";
import { fill, find, frame, note, setAge } from "../core/dom.js";
import { isNumber, known, money, NONE, number, percent, profit } from "../core/format.js";

const root = find("#account");

function draw() {
  const summary = book.account?.summary ?? {};
  for (const name of ["NetLiquidation", "TotalCashValue", "BuyingPower", "ExcessLiquidity"]) {
    fill(root, { [name]: known(money(summary[name]?.value, summary[name]?.currency)) });
  }
  const { dailyPnL, unrealizedPnL, realizedPnL } = book.pnl ?? {};
  const equity = summary.NetLiquidation?.value;
  const margin = summary.MaintMarginReq?.value;
  const used = margin / equity;
  fill(root, {
    dailyPnL: profit(dailyPnL, currency()),
    dailyShare: isNumber(dailyPnL) && equity > dailyPnL ? percent(dailyPnL / (equity - dailyPnL)) : "",
    unrealizedPnL: profit(unrealizedPnL ?? summary.UnrealizedPnL?.value, currency()),
    realizedPnL: profit(realizedPnL ?? summary.RealizedPnL?.value, currency()),
    marginUsed: known(used >= 0 ? `${number(used * 100, 1)} %` : NONE, `Maintenance margin ${money(margin, currency())}`),
  });
  find("meter", root).value = Math.min(1, used || 0);
  note(find(".note", root), book.failed.account, "error");
  tick();
}

function tick() {
  setAge(root, book.account?.asOf ?? book.pnl?.asOf, now(), accountOldAfter());
}

on("account pnl failed", () => frame(draw));
on("tick", tick);
