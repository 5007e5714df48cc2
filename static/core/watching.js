// What the page shows is kept live: every 20 seconds one question names all of it. TWS streams what
// somebody has looked at during the last minute.
import { call } from "./api.js";
import { queryOf, tell } from "./book.js";

const EVERY_MS = 20000;
const MOST = 100; // of one question

const givers = [];
let again;

// give: returns the contracts that are shown now, the most wanted first; earlier givers come first
export const keepLive = (give) => givers.push(give);

export async function watch() {
  clearTimeout(again);
  again = setTimeout(watch, EVERY_MS);
  if (document.hidden) return;
  const shown = givers.flatMap((give) => give()).filter(({ symbol, conId, comboLegs }) => (symbol || conId) && !comboLegs);
  const contracts = [...new Map(shown.map((contract) => [contract.conId || JSON.stringify(contract), queryOf(contract)])).values()];
  if (!contracts.length) return;
  const answer = await call("POST", "/watching", { contracts: contracts.slice(0, MOST) }).catch(() => null);
  if (!answer) return; // the banner says what is wrong with the connection; the next turn asks again
  for (const quote of answer.quotes) tell("quote", quote);
  tell("watching", answer);
}

document.addEventListener("visibilitychange", () => document.hidden || watch());
