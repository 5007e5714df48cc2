// The command line above the ticket: it fills the ticket and never sends.
import { get } from "./api.js";
import { book, tell } from "./book.js";
import { parseCommand } from "./command_line.js";
import { find, note } from "./dom.js";
import { contractText } from "./format.js";

const form = find("#command");
const input = form.elements.command;
let asked = 0;

const say = (text, tone = "warn") => note(find("#command-said"), text, tone);

// The chosen contract when it is called so: what was picked from a list is not asked again.
async function contractOf(symbol) {
  const { contract } = book;
  if (contractText(contract).toUpperCase() === symbol && contract.conId) return contract;
  const answer = await get("/contracts/resolve", { symbol });
  return { longName: answer.longName, ...answer.contract };
}

async function run(event) {
  event.preventDefault();
  const { symbol, order, bracket, wrong } = parseCommand(input.value);
  input.setAttribute("aria-invalid", Boolean(wrong));
  const turn = ++asked;
  if (wrong) return say(`${wrong} The ticket is as it was.`);
  say(`Looking up ${symbol}…`, "");
  try {
    const contract = await contractOf(symbol);
    if (turn !== asked) return;
    tell("offer", { contract, order, bracket });
    say("In the ticket. Nothing is sent: look at it, then preview.", "ok");
    if (document.activeElement === input) find("#ticket-submit").focus();
  } catch ({ body, message }) {
    if (turn === asked) say(body?.choices ? `${symbol} names several contracts: pick one in the ticket's symbol field, then press Enter here again.` : `${message} The ticket is as it was.`);
  }
}

form.addEventListener("submit", run);
input.addEventListener("input", () => say(""));
input.addEventListener("focus", () => input.select());
