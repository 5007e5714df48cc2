// The checklist's page: start a run, watch it row by row, open the reports. A run is a process of its
// own, so this page only asks how far it is.
import { call, get } from "../core/api.js";
import { clone, fill, find, note, sign } from "../core/dom.js";
import { sentence } from "../core/format.js";

const ASK_MS = 1000;
const REST_MS = 5000;
const LOOKS = { ok: ["tick", "ok"], failed: ["cross", "error"], "not provoked": ["none", "off"], "not run": ["off", "off"] };
const WORDS = { green: [["tick", "ok"], "Green"], red: [["cross", "error"], "Red"], incomplete: [["off", "warn"], "Not whole"], "could not run": [["warn", "error"], "Could not run"] };
const SVG = "http://www.w3.org/2000/svg";

function bar(root, counts, total) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  let x = 0;
  for (const [verdict, count] of Object.entries(counts)) {
    const rect = document.createElementNS(SVG, "rect");
    rect.dataset.verdict = verdict;
    const width = (100 * count) / total;
    for (const [name, value] of Object.entries({ x: `${x}%`, width: `${width}%`, height: "100%" })) rect.setAttribute(name, value);
    x += width;
    svg.append(rect);
  }
  find(".check-bar", root).replaceChildren(svg);
}

const minutes = (seconds) => (seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

function line({ key, words, verdict, seen, seconds }) {
  const node = clone("check-line", { key, words, seen, seconds: seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s` });
  return sign(node, LOOKS[verdict], verdict);
}

let shown = "";

// Stands where the rows will be until the run writes its first ones.
const STARTING = { name: "", title: "", sentence: "Starting. The first rows come after some seconds.", now: "", counts: {}, total: 1, lines: [] };
let starting = false;

function drawCurrent(current) {
  const root = find("#current");
  root.hidden = !current;
  if (!current) return;
  fill(root, { sentence: current.sentence, now: current.now ? `Now: ${current.now}` : "Starting its programs…" });
  bar(root, current.counts, current.total);
  const lines = current.lines.filter(({ verdict }) => verdict);
  const list = find(".check-lines", root);
  if (shown !== current.name + current.title) list.replaceChildren();
  shown = current.name + current.title;
  for (const one of lines.slice(list.children.length)) list.prepend(line(one));
}

function reportItem(report) {
  const [look, word] = WORDS[report.word];
  const where = report.columns.map(({ title, account }) => `${title} (${account})`).join(" against ");
  const started = `${report.startedAt.slice(0, 10)} ${report.startedAt.slice(11, 16)} UTC`;
  const node = clone("check-report", { started, where: `${where || "nothing was sent"} · ${report.symbol} · ${minutes(report.seconds)}`, sentence: report.sentence });
  const link = find("a", node);
  if (report.endedAt) link.href = `/checklist/${report.name}`;
  sign(find(".status", node), look, word);
  bar(node, report.counts, report.total);
  return node;
}

let drawn = "";

function draw({ running: runs, current, reports, refusal, lastWords }) {
  const running = runs || starting;
  const button = find("#start");
  if (button) button.disabled = Boolean(running || refusal);
  drawCurrent(current ?? (running ? STARTING : null));
  const names = reports.map(({ name, state }) => name + state).join();
  if (names !== drawn) find("#reports").replaceChildren(...reports.map(reportItem));
  drawn = names;
  note(find("#reports-note"), reports.length ? "" : "None yet.");
  const said = find("#start-note");
  if (!running && lastWords && said.hidden) note(said, sentence(lastWords), "error"); // the run has no report that tells it
}

let timer;

async function ask() {
  clearTimeout(timer);
  let answer;
  try {
    answer = await get("/checklist");
    draw(answer);
  } catch (problem) {
    note(find("#reports-note"), problem.message, "error");
  }
  timer = setTimeout(ask, answer?.running ? ASK_MS : REST_MS);
}

find("#start-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  note(find("#start-note"), "");
  find("#start").disabled = true;
  starting = true;
  drawCurrent(STARTING);
  try {
    await call("POST", "/checklist", { symbol: find("#check-symbol").value.trim() });
  } catch (problem) {
    note(find("#start-note"), problem.message, "error");
  }
  starting = false;
  ask();
});
ask();
