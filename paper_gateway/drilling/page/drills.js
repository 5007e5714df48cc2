// The page of the control port: one button a drill, what is on, who is there, and the verdict.

const LOOK_MS = 1000;
const find = (id) => document.getElementById(id);
let usualSwitches = {};
let shownState = "";

function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const response = await fetch(path, options);
  const found = await response.json();
  if (!response.ok) throw new Error(found.error);
  return found;
}

function say(text, isGood) {
  const answer = find("answer");
  answer.textContent = text;
  answer.dataset.clean = isGood ? "yes" : "no";
  answer.hidden = false;
}

async function press(done, path, body) {
  try {
    await ask(path, body);
    say(done, true);
  } catch (error) {
    say(error.message, false);
  }
  await look();
}

// Drills

function card(drill) {
  const inputs = Object.entries(drill.parameters).map(([name, usual]) => {
    const isNumber = typeof usual === "number";
    const input = made("input", { name, value: usual, autocomplete: "off" });
    if (isNumber) { input.type = "number"; input.step = "any"; }
    if (String(usual).length > 9) input.className = "wide";
    return made("label", {}, name.replaceAll("_", " "), input);
  });
  const form = made("form", { className: "card" },
    made("button", { className: "press", textContent: drill.name }),
    made("p", { textContent: drill.what }),
    made("p", { className: "client", textContent: `A correct client: ${drill.client}` }));
  if (inputs.length) form.append(made("div", { className: "values" }, ...inputs));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const parameters = {};
    for (const [name, usual] of Object.entries(drill.parameters)) {
      const text = form.elements.namedItem(name).value;
      parameters[name] = typeof usual === "number" ? Number(text) : text;
    }
    press(`${drill.name}: ${drill.what}`, "/drill", { name: drill.name, parameters });
  });
  return form;
}

function showDrills(drills) {
  // On a phone the themes are a list to open.
  const open = matchMedia("(min-width: 801px)").matches;
  for (const theme of new Set(drills.map((drill) => drill.theme))) {
    const cards = drills.filter((drill) => drill.theme === theme).map(card);
    find("drills").append(made("details", { open },
      made("summary", {}, made("h2", { textContent: theme })),
      made("div", { className: "cards" }, ...cards)));
  }
}

// The live state

function fill(id, rows, empty) {
  const none = empty ? [made("li", { className: "faint", textContent: empty })] : [];
  find(id).replaceChildren(...(rows.length ? rows : none));
}

function switchRow([name, value]) {
  const reset = made("button", { type: "button", textContent: "reset" });
  reset.setAttribute("aria-label", `reset ${name}`);
  reset.addEventListener("click", () =>
    press(`${name} is as usual again`, "/drills", { [name]: usualSwitches[name] }));
  return made("li", {}, `${name} ${JSON.stringify(value)}`, reset);
}

function orderRow(order) {
  const size = `${order.action} ${order.quantity} ${order.symbol} ${order.orderType}`;
  const client = order.orderId < 0 ? "IB" : `${order.clientId}/${order.orderId}`;
  const cells = [order.permId, client, size, order.status, order.filled, order.orderRef];
  return made("tr", {}, ...cells.map((text) => made("td", { textContent: text })));
}

function messageRow(line) {
  const time = new Date(line.time * 1000).toLocaleTimeString("en-GB");
  const arrow = line.direction === "in" ? "→" : "←";
  const client = line.clientId ?? "?";
  const row = made("li", {
    textContent: `${time} ${client} ${arrow} ${line.name} ${line.fields.join(" | ")}`,
  });
  row.dataset.direction = line.direction;
  return row;
}

function showState(state) {
  const isOn = ([name, value]) => JSON.stringify(value) !== JSON.stringify(usualSwitches[name]);
  find("where").textContent = `account ${state.account}, API port ${state.port}`;
  fill("switches", Object.entries(state.drills).filter(isOn).map(switchRow), "nothing: TWS as usual");
  fill("scripts", state.scripts.map((script) =>
    made("li", { textContent: `${script.name}, steps to come: ${script.stepsLeft}` })), "no script");
  fill("faults", state.scriptFaults.map((fault) => made("li", { textContent: fault.text })));
  fill("sessions", state.sessions.map((session) =>
    made("li", { textContent: `client ${session.clientId}, version ${session.version}` })), "nobody");
  find("orders").replaceChildren(...state.orders.map(orderRow));
  fill("messages", state.messages.map(messageRow), "nothing was said");
}

function showVerdict(verdict) {
  const place = find("verdict");
  if (place.textContent === verdict.sentence) return;
  place.textContent = verdict.sentence;
  place.dataset.clean = verdict.isClean ? "yes" : "no";
}

async function look() {
  try {
    const state = await ask("/live");
    const text = JSON.stringify(state);
    if (text !== shownState) {
      showState(state);
      showVerdict(state.verdict);
    }
    shownState = text;
  } catch {
    find("where").textContent = "the gateway does not answer";
    shownState = "";
  }
}

async function keepLooking() {
  if (!document.hidden) await look();
  setTimeout(keepLooking, LOOK_MS);
}

// What can be pressed besides drills

find("reset").addEventListener("click", async () => {
  await press("scripts are stopped", "/script", { stop: true });
  await press("Every switch is as in a fresh gateway.", "/drills", { clear: true });
});
find("stop").addEventListener("click", () =>
  press("No script is running. Switches stay as they are.", "/script", { stop: true }));
find("script-form").addEventListener("submit", (event) => {
  event.preventDefault();
  press("The script is running.", "/script", { text: find("script").value, name: "from the page" });
});
find("journal-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const verdict = await ask("/verdict", { journal: find("journal").value });
    const wrong = [...verdict.lost, ...verdict.duplicated, ...verdict.disagreeing, ...verdict.unknown];
    const head = made("li", { textContent: verdict.sentence });
    head.dataset.clean = verdict.isClean ? "yes" : "no";
    fill("judged", [head, ...wrong.map((text) => made("li", { textContent: text }))]);
  } catch (error) {
    fill("judged", [made("li", { className: "wrong", textContent: error.message })]);
  }
});

const table = await ask("/drills");
usualSwitches = table.switches;
showDrills(table.drills);
await keepLooking();
