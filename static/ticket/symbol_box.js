// A symbol field: an ARIA combobox over the desk's contract search. What is typed becomes a contract
// only by the desk's word: a name of several contracts gives a list to pick from, never a guess.
import { get } from "../core/api.js";
import { isSame } from "../core/book.js";
import { clone, find, note } from "../core/dom.js";
import { contractText } from "../core/format.js";

const TYPING_MS = 150;
const NONE = { symbol: "" };

export const about = ({ description, longName, secType, primaryExchange, exchange, currency }) =>
  [primaryExchange || exchange, currency, secType, description || longName].filter(Boolean).join(" · ");

// field: holds the input, its list and the slot for what is wrong; choose(contract) is told
export function symbolBox(field, choose) {
  const input = find("input", field);
  const list = find("ul", field);
  const slot = find(".field-error", field);
  let found = [];
  let offered = { text: "", choices: [] }; // what an ambiguous name may mean
  let active = -1;
  let timer;
  let round = 0; // an answer that comes after the choice opens nothing
  let contract = NONE;
  let why = ""; // what is typed is no contract
  let looking = { text: "" }; // the look-up that is under way: {text, done}

  const typed = () => input.value.trim().toUpperCase();
  const isTyped = () => contractText(contract).toUpperCase() === typed();
  const isFocused = () => document.activeElement === input;

  function set(next) {
    contract = next;
    input.value = contractText(next);
    say("");
  }

  function say(text) {
    why = text;
    note(slot, text);
    input.setAttribute("aria-invalid", Boolean(text));
  }

  function show(next) {
    active = next;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", !list.hidden);
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", index === active));
    list.children[active]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", active < 0 ? "" : list.children[active].id);
  }

  function offer(contracts) {
    found = contracts;
    const items = found.map((one, index) => {
      const item = clone("symbol-option", { symbol: contractText(one), about: about(one) });
      item.id = `${list.id}-${index}`;
      return item;
    });
    list.replaceChildren(...items);
    show(-1);
  }

  function close() {
    clearTimeout(timer);
    round += 1;
    offer([]);
  }

  async function suggest() {
    const text = typed();
    const asked = (round += 1);
    if (offered.text === text) return offer(offered.choices);
    const { contracts } = await get("/contracts", { query: text }).catch(() => ({ contracts: [] }));
    if (asked === round && text === typed() && isFocused()) offer(contracts);
  }

  function pick(next) {
    set(next);
    close();
    choose(next);
  }

  async function look(text) {
    const answer = await get("/contracts/resolve", { symbol: text }).catch((problem) => ({ problem }));
    if (text !== typed() || isTyped()) return;
    const { problem } = answer;
    if (!problem) return pick({ longName: answer.longName, ...answer.contract });
    const { choices } = problem.body;
    // Nobody can tell now what it means, and an order must stay possible: TWS is asked in plain words.
    if (!choices && problem.status !== 404 && problem.status !== 422) return pick({ symbol: text, secType: "STK", exchange: "SMART", currency: "USD" });
    say(choices ? `${text} names several contracts: pick one.` : problem.message);
    if (!choices) return;
    offered = { text, choices };
    if (isFocused()) offer(choices);
  }

  function settle() {
    const text = typed();
    close();
    if (!text || isTyped() || looking.text === text || offered.text === text) return;
    const done = look(text).finally(() => {
      if (looking.done === done) looking = { text: "" };
    });
    looking = { text, done };
  }

  const KEYS = {
    ArrowDown: () => (found.length ? show((active + 1) % found.length) : suggest()),
    ArrowUp: () => show((active <= 0 ? found.length : active) - 1),
    Enter: () => (active < 0 ? settle() : pick(found[active])),
    Escape: close,
  };

  input.addEventListener("keydown", (event) => {
    if (!KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    say("");
    offered = { text: "", choices: [] };
    if (typed()) timer = setTimeout(suggest, TYPING_MS);
    else close();
  });
  input.addEventListener("blur", settle);
  input.addEventListener("focus", () => input.select());
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // the focus stays in the field
    const index = [...list.children].indexOf(event.target.closest("li"));
    if (index >= 0) pick(found[index]);
  });

  return {
    set,
    // As if a person had typed it.
    type(text) {
      input.value = text;
      settle();
    },
    last: () => contract, // also while something else is typed
    chosen: () => (isTyped() ? contract : { ...NONE, why }),
    settled: async () => looking.done,
    // The same contract, with more about it.
    learn(next) {
      if (isSame(next, contract)) contract = next;
    },
  };
}
