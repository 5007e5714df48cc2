// What IB said about an order, in plain words. Draws and chooses; asks nothing.
import { clone, sign } from "../core/dom.js";
import { isNumber, sentence, when } from "../core/format.js";

// kind of message -> shape, tone
const KINDS = {
  connectivity: ["half", "warn"],
  warning: ["warn", "warn"],
  hold: ["hold", "warn"],
  reject: ["cross", "error"],
  cancel: ["cross", "off"],
};
const INFORMATION = ["info", "info"];
const IDLE = "Nothing to do"; // so begins the next step of what needs none, in trading/ib_codes.toml

// A kind says what a message is about; what leaves nothing to do is information all the same.
const lookOf = (kind, next) => (next?.startsWith(IDLE) ? INFORMATION : (KINDS[kind] ?? INFORMATION));

// The plain sentence first, then what to do, then IB's own code and words.
export function messageItem({ time, code, kind, text, meaning, next }) {
  const said = text && text !== meaning ? `“${text}”` : "";
  const meta = [when(time), code && `IB code ${code}`, said].filter(Boolean).join(" · ");
  const item = sign(clone("message-item", { next: next ?? "", meta }), lookOf(kind, next), meaning || text);
  Object.assign(item.dataset, { code: code ?? "", kind, time });
  return item;
}

// The message that explains a refusal or a cancel best, and its words: plain, IB's own, what to do.
export function reasonOf({ messages }) {
  const found = messages.findLast(({ kind }) => kind === "reject" || kind === "cancel") ?? messages.at(-1);
  const { meaning, text, next, code } = found ?? { meaning: "IB gave no reason" };
  const short = sentence(meaning) + (text && text !== meaning ? ` ${sentence(text)}` : "");
  return { short, full: [sentence(meaning), codeText({ errorCode: code, errorString: text }), sentence(next)].filter(Boolean).join(" ") };
}

// Why a quote brings no (live) prices, what to do, and which subscription IB names.
export function troubleText({ code, meaning, next, subscription }) {
  const named = subscription ? `IB names the subscription: “${subscription}”.` : "";
  return [sentence(meaning), named, sentence(next), `IB code ${code}.`].filter(Boolean).join(" ");
}

// IB's own code and words; "" for what the desk says by itself.
export const codeText = ({ errorCode, errorString }) => (isNumber(errorCode) ? `IB code ${errorCode}${errorString ? `: “${errorString}”` : ""}.` : "");

