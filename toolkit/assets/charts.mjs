// Draws the tables marked data-chart as line charts, each above its table, which stays for who cannot see the chart.
// A table brings its own data: the first column the day, each with a data-role a line; a cell's data-value is the number,
// and a cell without one is a gap. What lies between the roles lower and upper is drawn as a band. Nothing is read from anywhere else, and nothing but the canvas is made.
import { LineChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([LineChart, GridComponent, CanvasRenderer]);

const ROLES = {
  value: { width: 2.5, type: "solid", colour: "--accent" },
  forecast: { width: 2.5, type: [2, 5], colour: "--accent" },
  goal: { width: 1.5, type: [6, 4], colour: "--ink" },
  best: { width: 1, type: "solid", colour: "--line-strong" },
  worst: { width: 1, type: "solid", colour: "--line-strong" },
};

const ENDS = ["lower", "upper"];

for (const table of document.querySelectorAll("table[data-chart]")) draw(table);

function draw(table) {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name) => styles.getPropertyValue(name).trim();
  const place = document.createElement("div");
  place.className = "chart";
  place.setAttribute("aria-hidden", "true"); // the table says the same, in words and figures
  table.closest("figure").prepend(place);
  const rows = [...table.tBodies[0].rows];
  if (table.dataset.chart === "newest-first") rows.reverse();
  const days = rows.map((row) => row.cells[0].dataset.short ?? row.cells[0].textContent.trim());
  const heads = [...table.tHead.rows[0].cells].filter((head) => head.dataset.role);
  const numbers = heads.map((head) => rows.map((row) => number(row.cells[head.cellIndex])));
  const shown = numbers.flat().filter((value) => value !== null);
  const low = Math.max(0, Math.floor((Math.min(...shown) - 2) / 10) * 10);
  const high = Math.min(100, Math.ceil((Math.max(...shown) + 2) / 10) * 10);
  const language = document.documentElement.lang;
  const percent = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const chart = echarts.init(place, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: styles.fontFamily || "sans-serif", fontSize: 13, color: colour("--quiet") },
    grid: { left: 4, right: 16, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: "category", data: days, boundaryGap: false, axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--line-strong") } },
      axisLabel: { color: colour("--quiet"), hideOverlap: true },
    },
    yAxis: {
      type: "value", min: low, max: high, interval: [2, 5, 10, 20].find((step) => (high - low) / step <= 5),
      axisLabel: { color: colour("--quiet"), formatter: (value) => `${percent.format(value)}%` },
      splitLine: { lineStyle: { color: colour("--line") } },
    },
    series: [
      ...band(heads, numbers, colour),
      ...heads.flatMap((head, at) => (ENDS.includes(head.dataset.role) ? [] : [line(head, numbers[at], colour)])),
    ],
  });
  new ResizeObserver(() => chart.resize()).observe(place);
}

// ECharts fills below a line; so the band is as high as it is wide, on top of a lower end that nobody sees.
function band(heads, numbers, colour) {
  const [lower, upper] = ENDS.map((role) => numbers[heads.findIndex((head) => head.dataset.role === role)]);
  if (!lower || !upper) return [];
  const width = lower.map((low, at) => (low === null || upper[at] === null ? null : upper[at] - low));
  const unseen = { type: "line", stack: "band", silent: true, showSymbol: false, lineStyle: { opacity: 0 } };
  return [
    { ...unseen, data: lower },
    { ...unseen, data: width, areaStyle: { color: colour("--accent"), opacity: 0.22 } },
  ];
}

function line(head, data, colour) {
  const role = ROLES[head.dataset.role] ?? ROLES.value;
  return {
    type: "line", name: head.textContent.trim(), data, connectNulls: false, silent: true,
    showSymbol: head.dataset.role === "value", symbol: "circle", symbolSize: 5,
    itemStyle: { color: colour(role.colour) },
    lineStyle: { width: role.width, type: role.type, color: colour(role.colour) },
  };
}

function number(cell) {
  return cell && cell.dataset.value ? Number(cell.dataset.value) : null;
}
