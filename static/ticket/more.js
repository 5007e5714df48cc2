// The ticket's fold "More" and its conditions: reads them as fields of an order. Sends nothing.
import { book, quoteOf } from "../core/book.js";
import { clone, find, findAll, note, setText } from "../core/dom.js";
import { contractText, isoOf, number, parse, when } from "../core/format.js";
import { clearFields } from "./folds.js";

const fold = find("#ticket-more");
const list = find("#conditions");
const fields = find("#ticket").elements;
let conditions = []; // [{condition, words}]

const number_ = (text) => (text.trim() ? parse(text) : NaN);

// condType -> its own fields from what was typed, and the sentence; isMore is added to all but one
const KINDS = {
  price: (value, contract) => ({ ...contract, price: number_(value) }),
  volume: (value, contract) => ({ ...contract, volume: number_(value) }),
  percentChange: (value, contract) => ({ ...contract, changePercent: number_(value) }),
  margin: (value) => ({ percent: number_(value) }),
  time: (value) => ({ time: isoOf(value) }),
};
const WORDS = {
  price: (value, name, more) => `${name} at or ${more ? "above" : "below"} ${number(parse(value))}`,
  volume: (value, name, more) => `${name} volume ${more ? "above" : "below"} ${number(parse(value), 0)}`,
  percentChange: (value, name, more) => `${name} ${more ? "up" : "down"} to ${value} % since the close`,
  margin: (value, _name, more) => `margin cushion ${more ? "above" : "below"} ${value} %`,
  time: (value, _name, more) => `${more ? "after" : "before"} ${when(isoOf(value))}`,
};

const kind = () => fields.condType.value;
const isTime = () => kind() === "time";
const input = () => (isTime() ? fields.condTime : fields.condValue);

function say(text) {
  note(find("#error-conditions"), text);
}

function add() {
  const { contract = book.contract } = quoteOf(book.contract) ?? {};
  const isMore = fields.condMore.value === "more";
  const about = { conId: contract.conId, exch: contract.exchange || "SMART" };
  const own = KINDS[kind()](input().value, about);
  if (Object.values(own).some((value) => value === undefined || Number.isNaN(value))) {
    say(isTime() ? "Choose a date and time" : own.conId || !("conId" in own) ? "Enter a number" : "Choose a symbol first");
    return input().focus();
  }
  say("");
  const words = WORDS[kind()](input().value, contractText(contract), isMore);
  conditions.push({ condition: { condType: kind(), isMore, ...own }, words });
  input().value = "";
  draw();
}

function draw() {
  const rows = conditions.map(({ words }, index) => {
    const node = clone("condition-row", { words: `${index ? `${fields.condJoin.value === "a" ? "and" : "or"} ` : "If "}${words}` });
    find("button", node).setAttribute("aria-label", `Remove the condition ${words}`);
    find("button", node).dataset.remove = index;
    return node;
  });
  list.replaceChildren(...rows);
  find("#condition-rules").hidden = !rows.length;
  for (const node of findAll("[data-cond]", fold)) node.hidden = node.dataset.cond !== (isTime() ? "time" : "number");
}

function conditionFields() {
  if (!conditions.length) return {};
  return {
    conditions: conditions.map(({ condition }) => ({ ...condition, conjunction: fields.condJoin.value })),
    conditionsIgnoreRth: fields.conditionsIgnoreRth.checked || undefined,
    conditionsCancelOrder: fields.conditionsCancelOrder.value === "cancel" || undefined,
  };
}

// Unset fields are left out (undefined).
export function readMore() {
  const ocaGroup = fields.ocaGroup.value.trim() || undefined;
  return {
    outsideRth: fields.outsideRth.checked,
    goodAfterTime: isoOf(fields.goodAfterTime.value),
    ocaGroup,
    ocaType: ocaGroup && Number(fields.ocaType.value),
    allOrNone: fields.allOrNone.checked || undefined,
    minQty: fields.minQty.value.trim() ? parse(fields.minQty.value) : undefined,
    ...conditionFields(),
  };
}

// The fold may be closed: its summary always says what is set inside.
export function drawMore() {
  const { outsideRth, goodAfterTime, ocaGroup, allOrNone, minQty } = readMore();
  const set = [
    outsideRth && "outside hours",
    goodAfterTime && `not before ${when(goodAfterTime)}`,
    ocaGroup && `OCA ${ocaGroup}`,
    allOrNone && "all or none",
    minQty !== undefined && `at least ${minQty}`,
    conditions.length && `${conditions.length} condition${conditions.length > 1 ? "s" : ""}`,
  ];
  setText(find("[data-set]", fold), set.filter(Boolean).join(", "));
  draw();
}

export function resetMore() {
  conditions = [];
  clearFields(fold);
  say("");
}

// True when the click was one of this fold's.
export function clickMore({ id, dataset }) {
  if (id === "condition-add") add();
  else if (dataset.remove !== undefined && list.contains(find(`#conditions [data-remove="${dataset.remove}"]`))) conditions.splice(Number(dataset.remove), 1);
  else return false;
  return true;
}
