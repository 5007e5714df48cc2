// The symbol field: an ARIA combobox over the desk's contract search.
import { get } from "./api.js";
import { isSame, tell } from "./book.js";
import { clone, find } from "./dom.js";
import { contractText } from "./format.js";

const TYPING_MS = 150;

const input = find("#symbol");
const list = find("#symbol-list");
let found = [];
let active = -1;
let timer;
let round = 0; // an answer that comes after the choice opens nothing
let contract = { symbol: "" };

const typed = () => input.value.trim().toUpperCase();
const stock = () => ({ symbol: typed(), secType: "STK", exchange: "SMART", currency: "USD" });

const isTyped = (one) => contractText(one).toUpperCase() === typed();

export const chosen = () => (isTyped(contract) ? contract : stock());

export function setContract(next) {
  contract = next;
  input.value = contractText(next);
}

// The same contract, with more about it.
export function learn(next) {
  if (isSame(next, contract)) contract = next;
}

export const about = ({ description, secType, primaryExchange, exchange, currency }) =>
  [description, primaryExchange || exchange, secType, currency].filter(Boolean).join(" · ");

function show(next) {
  active = next;
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", !list.hidden);
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", index === active));
  list.children[active]?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", active < 0 ? "" : `symbol-${active}`);
}

function close() {
  clearTimeout(timer);
  round += 1;
  found = [];
  show(-1);
}

async function suggest() {
  const text = typed();
  const asked = (round += 1);
  const { contracts } = await get(`/contracts?query=${encodeURIComponent(text)}`).catch(() => ({ contracts: [] }));
  if (asked !== round || text !== typed() || document.activeElement !== input) return;
  found = contracts;
  const items = found.map((one, index) => {
    const item = clone("symbol-option", { symbol: one.symbol, about: about(one) });
    item.id = `symbol-${index}`;
    return item;
  });
  list.replaceChildren(...items);
  show(-1);
}

function choose(next) {
  setContract(next);
  close();
  tell("choose", next);
}

// What is typed counts as it stands; a suggestion of just that name knows more about it.
function settle() {
  if (typed() && !isTyped(contract)) choose(found.find(({ symbol }) => symbol === typed()) ?? stock());
  else close();
}

const KEYS = {
  ArrowDown: () => (found.length ? show((active + 1) % found.length) : suggest()),
  ArrowUp: () => show((active <= 0 ? found.length : active) - 1),
  Enter: () => (active < 0 ? settle() : choose(found[active])),
  Escape: close,
};

input.addEventListener("keydown", (event) => {
  if (!KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
input.addEventListener("input", () => {
  clearTimeout(timer);
  if (typed()) timer = setTimeout(suggest, TYPING_MS);
  else close();
});
input.addEventListener("blur", settle);
input.addEventListener("focus", () => input.select());
list.addEventListener("pointerdown", (event) => {
  event.preventDefault(); // the focus stays in the field
  const index = [...list.children].indexOf(event.target.closest("li"));
  if (index >= 0) choose(found[index]);
});
