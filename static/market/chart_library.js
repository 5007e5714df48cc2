// The chart drawn by TradingView Lightweight Charts (Apache-2.0, copied to vendor/ by `npm run vendor`).
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
} from "../vendor/lightweight-charts.standalone.production.mjs";

// The library wants resolved colours; the style sheet knows them.
function colours(root) {
  const probe = root.appendChild(document.createElement("i"));
  const names = ["text", "muted", "line", "accent", "up", "down", "raised"];
  const found = names.map((name) => {
    probe.style.setProperty("color", `var(--${name})`);
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(found);
}

// The library shows UTC: times move by the local offset.
const local = (time) => time - new Date(time * 1000).getTimezoneOffset() * 60;

export function createEngine(root) {
  const chart = createChart(root, { autoSize: true, layout: { attributionLogo: false }, localization: { locale: "en-GB" } });
  // Behind everything, as high as the chart: extended hours.
  const shades = chart.addSeries(HistogramSeries, { priceScaleId: "hours", lastValueVisible: false, priceLineVisible: false });
  shades.priceScale().applyOptions({ visible: false, scaleMargins: { top: 0, bottom: 0 } });
  const candles = chart.addSeries(CandlestickSeries, { borderVisible: false });
  const volumes = chart.addSeries(HistogramSeries, { priceScaleId: "", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
  volumes.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  const marks = createSeriesMarkers(candles, []);
  let lines = [];
  let look;
  let at = local;

  const volume = (bar) => ({ time: at(bar.time), value: bar.volume ?? 0, color: look.line });

  const shade = (bar) => ({ time: at(bar.time), value: 1, color: bar.isExtended ? look.raised : "transparent" });

  function restyle() {
    look = colours(root);
    const edge = { borderColor: look.line };
    const grid = { color: look.line, style: 1 };
    chart.applyOptions({
      layout: { background: { color: "transparent" }, textColor: look.muted, fontSize: 11 },
      grid: { vertLines: grid, horzLines: grid },
      rightPriceScale: edge,
      timeScale: { ...edge, timeVisible: true, rightOffset: 4 },
    });
    candles.applyOptions({ upColor: look.up, downColor: look.down, wickUpColor: look.up, wickDownColor: look.down });
  }
  restyle();

  return {
    restyle,
    setBars(bars, places, isDaily) {
      at = isDaily ? (time) => time : local;
      candles.applyOptions({ priceFormat: { type: "price", precision: places, minMove: 10 ** -places } });
      candles.setData(bars.map((bar) => ({ ...bar, time: at(bar.time) })));
      volumes.setData(bars.map(volume));
      shades.setData(bars.map(shade));
      chart.timeScale().setVisibleLogicalRange({ from: bars.length - 120, to: bars.length + 4 });
    },
    update(bar) {
      candles.update({ ...bar, time: at(bar.time) });
      volumes.update(volume(bar));
      shades.update(shade(bar));
    },
    setLines(wanted) {
      for (const one of lines) candles.removePriceLine(one);
      lines = wanted.map(({ price, text, tone }) => candles.createPriceLine({ price, title: text, color: look[tone], lineStyle: 2, lineWidth: 1 }));
    },
    setMarks(wanted) {
      marks.setMarkers(
        wanted.map(({ time, isBuy, text }) => ({
          time: at(time),
          text,
          position: isBuy ? "belowBar" : "aboveBar",
          shape: isBuy ? "arrowUp" : "arrowDown",
          color: isBuy ? look.up : look.down,
        })),
      );
    },
  };
}
