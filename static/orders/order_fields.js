// Which fields go with which order type, and their names in words. Data and look-ups only; the desk
// checks every order again.
// uses: name? may be left out, a|b takes one of the two.
const ANY = "DAY GTC GTD IOC FOK";
const RESTING = "DAY GTC GTD";
const TWAP = "strategyType startTime? endTime? allowPastEndTime";
const VWAP = "maxPctVol startTime? endTime? allowPastEndTime noTakeLiq";

// group, value of the select (orderType, then IB's algorithm), label, uses, tifs
const ROWS = [
  ["Market", "MKT", "Market", "", `${ANY} OPG`],
  ["Market", "MTL", "Market to limit"],
  ["Limit", "LMT", "Limit", "lmtPrice displaySize?", `${ANY} OPG`],
  ["Stop", "STP", "Stop", "auxPrice"],
  ["Stop", "STP LMT", "Stop limit", "auxPrice lmtPrice displaySize?"],
  ["Trailing", "TRAIL", "Trailing stop", "auxPrice|trailingPercent trailStopPrice?"],
  ["Trailing", "TRAIL LIMIT", "Trailing stop limit", "auxPrice|trailingPercent trailStopPrice lmtPriceOffset|lmtPrice displaySize?"],
  ["Touched", "MIT", "Market if touched", "auxPrice"],
  ["Touched", "LIT", "Limit if touched", "auxPrice lmtPrice displaySize?"],
  ["Auction", "MOO", "Market on open", "", "OPG"],
  ["Auction", "LOO", "Limit on open", "lmtPrice", "OPG"],
  ["Auction", "MOC", "Market on close", "", RESTING],
  ["Auction", "LOC", "Limit on close", "lmtPrice", RESTING],
  ["Pegged", "MIDPRICE", "Midprice", "lmtPrice?"],
  ["Pegged", "REL", "Relative", "auxPrice lmtPrice? displaySize?"],
  ["Pegged", "PEG MID", "Pegged to midpoint", "auxPrice? lmtPrice? midOffsetAtWhole? midOffsetAtHalf?"],
  ["Algo", "MKT Adaptive", "Adaptive market", "adaptivePriority"],
  ["Algo", "LMT Adaptive", "Adaptive limit", "lmtPrice adaptivePriority"],
  ["Algo", "MKT Twap", "TWAP market", TWAP],
  ["Algo", "LMT Twap", "TWAP limit", `lmtPrice ${TWAP}`],
  ["Algo", "MKT Vwap", "VWAP market", VWAP],
  ["Algo", "LMT Vwap", "VWAP limit", `lmtPrice ${VWAP}`],
];

export const ALGO_FIELDS = new Set("adaptivePriority strategyType maxPctVol startTime endTime allowPastEndTime noTakeLiq".split(" "));

function parseUse(text) {
  const names = text.replace("?", "").split("|");
  return { names, isOptional: text.endsWith("?") };
}

// value of the select -> {group, label, orderType, algoStrategy, uses: [{names, isOptional}], tifs}
export const TYPES = Object.fromEntries(
  ROWS.map(([group, value, label, uses = "", tifs = ANY]) => {
    const [, orderType, algoStrategy] = /^(.+?)(?: (Adaptive|Twap|Vwap))?$/.exec(value);
    const parsed = uses.split(" ").filter(Boolean).map(parseUse);
    return [value, { group, label, orderType, algoStrategy, uses: parsed, tifs: tifs.split(" ") }];
  }),
);

// The names of all fields that a type can have, of orders as the desk shows them.
export const fieldsOf = ({ orderType, algoStrategy }) =>
  (TYPES[[orderType, algoStrategy].filter(Boolean).join(" ")] ?? TYPES.LMT).uses.flatMap(({ names }) => names);

const LABELS = {
  totalQuantity: "Quantity",
  tif: "TIF",
  lmtPrice: "Limit price",
  auxPrice: "Stop price",
  trailingPercent: "Trailing percent",
  trailStopPrice: "First stop price",
  lmtPriceOffset: "Limit offset",
  displaySize: "Shown size",
  midOffsetAtWhole: "Offset, whole spread",
  midOffsetAtHalf: "Offset, half spread",
  maxPctVol: "Most of the volume (0.1 to 0.5)",
  outsideRth: "Outside regular hours",
  goodTillDate: "Good until",
  goodAfterTime: "Not before",
  minQty: "Least quantity",
  orderType: "Type",
  ocaGroup: "OCA group",
};
const TRIGGER = { auxPrice: "Trigger price" };
const TRAILS = { auxPrice: "Trailing amount" };
const PEGS = { auxPrice: "Offset", lmtPrice: "Worst price" };
const LABELS_OF = { MIT: TRIGGER, LIT: TRIGGER, TRAIL: TRAILS, "TRAIL LIMIT": TRAILS, MIDPRICE: PEGS, REL: PEGS, "PEG MID": PEGS };

export const labelOf = (name, orderType) => LABELS_OF[orderType]?.[name] ?? LABELS[name] ?? name;

// "TIF GTC → DAY"
export const changeText = (name, before, after, orderType) => `${labelOf(name, orderType)} ${valueText(before)} → ${valueText(after)}`;

export const valueText = (value) => {
  if (value === null || value === undefined || value === "") return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

export function fillTypes(select) {
  const groups = Map.groupBy(Object.entries(TYPES), ([, { group }]) => group);
  for (const [label, rows] of groups) {
    const group = Object.assign(document.createElement("optgroup"), { label });
    const text = (value, name) => (name.length + value.length < 14 ? `${name} (${value})` : name); // IB's name where it fits
    group.append(...rows.map(([value, type]) => new Option(text(value, type.label), value, value === "LMT", value === "LMT")));
    select.append(group);
  }
}
