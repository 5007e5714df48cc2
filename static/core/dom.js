// Drawing: clone templates, patch text, all in one animation frame. Never innerHTML (Trusted Types).
import { clock, duration } from "./format.js";

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

// For nodes that hold text only.
export function setText(node, text) {
  if (!node.firstChild) node.append(text);
  else if (node.firstChild.data !== text) node.firstChild.data = text;
}

// Attributes by name: a text, or whether it is there. What is there already is not written again:
// each write costs the browser work, and screen readers may speak it anew.
export function setAttributes(node, values) {
  for (const [name, value] of Object.entries(values)) {
    const wanted = value === true ? "" : value;
    if (wanted === false) node.removeAttribute(name);
    else if (node.getAttribute(name) !== wanted) node.setAttribute(name, wanted);
  }
}

const fields = new WeakMap();

// Writes into [data-field] nodes; a value is a text or {text, tone, title}.
export function fill(root, values) {
  if (!fields.has(root)) {
    fields.set(root, new Map(findAll("[data-field]", root).map((node) => [node.dataset.field, node])));
  }
  for (const [name, value] of Object.entries(values)) {
    const node = fields.get(root).get(name);
    const { text, tone = "", title } = value.text === undefined ? { text: value } : value;
    setText(node, text);
    if ((node.dataset.tone ?? "") !== tone) node.dataset.tone = tone;
    if (title !== undefined && node.title !== title) node.title = title;
  }
  return root;
}

export const clone = (id, values = {}) => fill(find(`#${id}`).content.firstElementChild.cloneNode(true), values);

// A state is always shape + word + colour: [shape, tone], word.
export function sign(node, [shape, tone], word) {
  const use = find("use", node);
  if (use.getAttribute("href") !== `#s-${shape}`) use.setAttribute("href", `#s-${shape}`);
  if (node.dataset.tone !== tone) node.dataset.tone = tone;
  setText(find("[data-word]", node), word);
  return node;
}

export function note(node, text, tone = "") {
  node.hidden = !text;
  node.dataset.tone = tone;
  setText(node, text ?? "");
}

export function press(buttons, isPressed) {
  for (const button of buttons) setAttributes(button, { "aria-pressed": String(isPressed(button)) });
}

// One failing block must not keep the others from their news; the error still reaches the console.
export function guard(act, ...values) {
  try {
    act(...values);
  } catch (error) {
    reportError(error);
  }
}

const waiting = new Set();

// Runs each function once in the next frame, however often it was asked for.
export function frame(draw) {
  if (!waiting.size) {
    requestAnimationFrame(() => {
      const due = [...waiting];
      waiting.clear();
      for (const one of due) guard(one);
    });
  }
  waiting.add(draw);
}

const STALE_MS = 5000;

// Writes the age of a block's numbers and marks the block when they are old. Never longer than a time: nothing beside it moves.
export function setAge(block, iso, now, limit = STALE_MS) {
  const node = find(".age", block);
  const age = iso ? now - Date.parse(iso) : 0;
  setText(node, !iso ? "" : age > limit ? `${duration(age)} old` : `as of ${clock(iso)}`);
  node.title = iso ?? "";
  block.dataset.old = age > limit ? "yes" : "no";
}

// Rows that go when their key is no longer named.
export function prune(rows, keys) {
  for (const [key, node] of rows) {
    if (keys.has(key)) continue;
    node.remove();
    rows.delete(key);
  }
}

// Where the keyboard was is hidden or gone: it goes on at its row's link, or at the row that came into
// its place; never at a button that does something.
function keepFocus(list, seat, place) {
  const { activeElement } = document;
  if (seat.isConnected && seat.contains(activeElement) && activeElement.checkVisibility()) return;
  const row = seat.isConnected ? seat : list.children[Math.min(place, list.children.length - 1)];
  row?.querySelector("a, .link")?.focus();
}

// A table body whose rows stay the same nodes. Call it with [key, item] in the order to show.
export function keyedRows(tbody, template, patch) {
  const rows = new Map();
  const items = new WeakMap();
  return (entries) => {
    const place = [...tbody.children].findIndex((row) => row.contains(document.activeElement));
    const seat = tbody.children[place];
    prune(rows, new Set(entries.map(([key]) => key)));
    entries.forEach(([key, item], index) => {
      if (!rows.has(key)) {
        rows.set(key, clone(template));
        rows.get(key).dataset.key = key;
      }
      const tr = rows.get(key);
      if (items.get(tr) !== item) patch(tr, item, items.get(tr));
      items.set(tr, item);
      if (tbody.children[index] !== tr) tbody.insertBefore(tr, tbody.children[index] ?? null);
    });
    if (seat) keepFocus(tbody, seat, place);
  };
}

export function flash(node) {
  node.classList.add("flash");
  setTimeout(() => node.classList.remove("flash"), 1000);
}
