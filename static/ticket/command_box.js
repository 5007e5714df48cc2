// The command line above the ticket: it fills the ticket and never sends.
import { get } from "../core/api.js";
import { book, queryOf, tell } from "../core/book.js";
import { parseCommand } from "./command_line.js";
import { find, note } from "../core/dom.js";
import { contractText, placesOf } from "../core/format.js";

const form = find("#command");
const input = form.elements.command;
let asked = 0;

const submit = find("#ticket-submit");
const say = (text, tone = "warn") => note(find("#command-said"), text, tone);

// The chosen contract when it is called so: what was picked from a list is not asked again.
async function contractOf(symbol) {
  const { contract } = book;
  if (contractText(contract).toUpperCase() === symbol && contract.conId) return contract;
  const answer = await get("/contracts/resolve", { symbol });
  return { longName: answer.longName, ...answer.contract };
}

// The bid, the ask, or the tick nearest to the middle, as a text.
async function priceOf(contract, side) {
  const { bid, ask, minTick } = await get("/stock-quote", queryOf(contract)); // what the page knows may be old
  if (!minTick) throw new Error(`The tick of ${contractText(contract)} is not known now.`);
  const price = { bid, ask, mid: bid && ask && Math.round((bid + ask) / 2 / minTick) * minTick }[side];
  if (!price) throw new Error(`There is no ${side} for ${contractText(contract)} now.`);
  return price.toFixed(placesOf(minTick));
}

async function run(event) {
  event.preventDefault();
  const text = input.value;
  let found = parseCommand(text);
  const { symbol, wants, wrong } = found;
  input.setAttribute("aria-invalid", Boolean(wrong));
  const turn = ++asked;
  if (wrong) return say(`${wrong} The ticket is as it was.`);
  say(`Looking up ${symbol}…`, "");
  try {
    const contract = await contractOf(symbol);
    if (wants) found = parseCommand(text, await priceOf(contract, wants));
    if (turn !== asked) return;
    const { order, bracket } = found;
    if (found.wrong) return say(`${found.wrong} The ticket is as it was.`);
    if (submit.dataset.state === "sending") return say("Not in the ticket: an order is being sent. Press Enter here again when its outcome is known.");
    tell("offer", { contract, order, bracket });
    say("In the ticket. Nothing is sent: look at it, then preview.", "ok");
    if (document.activeElement === input) submit.focus();
  } catch ({ body, message }) {
    if (turn === asked) say(body?.choices ? `${symbol} names several contracts: pick one in the ticket's symbol field, then press Enter here again.` : `${message} The ticket is as it was.`);
  }
}

form.addEventListener("submit", run);
input.addEventListener("input", () => say(""));
input.addEventListener("focus", () => input.select());
