// Draws the charts of a page: Vega-Lite in the page's own colours, anew when the theme changes.
// Nothing is evaluated: expressions are interpreted (`ast`), as the content security policy asks.

const dark = matchMedia("(prefers-color-scheme: dark)");
const drawings = new Map(); // by the name of a chart: the figure that shows it
let embed;

function coloured(value, tokens) {
  if (typeof value === "string") return value.replace(/var\((--[\w-]+)\)/g, (_, name) => tokens.getPropertyValue(name).trim());
  if (Array.isArray(value)) return value.map((each) => coloured(each, tokens));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, coloured(each, tokens)]));
  return value;
}

const THEME = {
  background: "transparent",
  view: { stroke: null },
  aria: false, // the whole drawing is one image with a label, and its numbers are a table
  font: "var(--font)",
  padding: { left: 0, right: 4, top: 8, bottom: 0 },
  axis: {
    domain: false, ticks: false, labelColor: "var(--text-3)", labelFontSize: 12, labelPadding: 6,
    gridColor: "var(--c-grid)", titleColor: "var(--text-3)", titleFontSize: 12, titleFontWeight: "normal",
  },
  axisX: { domain: true, domainColor: "var(--c-axis)", ticks: true, tickColor: "var(--c-axis)", tickSize: 4 },
  bar: { discreteBandSize: { band: 0.9 }, binSpacing: 1, timeUnitBandSize: 0.86, cornerRadius: 0 },
};

// Numbers and times as the page's language writes them; Vega knows American English only.
function locale(language) {
  const mark = (type) => new Intl.NumberFormat(language).formatToParts(1234567.8).find((part) => part.type === type).value;
  const named = (count, at, options) => Array.from({ length: count }, (_, number) =>
    new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options }).format(at(number)));
  const months = (month) => named(12, (number) => Date.UTC(2023, number), { month });
  const days = (weekday) => named(7, (number) => Date.UTC(2023, 0, number + 1), { weekday }); // it began on a Sunday
  return {
    formatLocale: { decimal: mark("decimal"), thousands: mark("group"), grouping: [3], currency: ["", ""] },
    timeFormatLocale: {
      dateTime: "%x, %X", date: "%d.%m.%Y", time: "%H:%M:%S", periods: ["", ""],
      days: days("long"), shortDays: days("short"), months: months("long"), shortMonths: months("short"),
    },
  };
}
const LANGUAGE = document.documentElement.lang;
const LOCALE = LANGUAGE.startsWith("en") ? {} : locale(LANGUAGE);

async function draw(figure) {
  embed ??= (await import(figure.dataset.vega)).embed;
  const tokens = getComputedStyle(document.documentElement);
  const { datasets, ...drawn } = JSON.parse(figure.dataset.chart); // what people said and are called is never looked into for colours
  const place = figure.querySelector(".drawn");
  const last = drawings.get(figure.id);
  if (last && last !== figure && !place.hasChildNodes()) place.append(...last.querySelectorAll(".drawn > *")); // until the new one stands
  const fresh = document.createElement("div");
  fresh.className = "drawing";
  place.append(fresh);
  const shown = await embed(fresh, { ...coloured(drawn, tokens), datasets, autosize: { type: "fit-x", contains: "padding" } }, {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, config: coloured(THEME, tokens),
    tooltip: { disableDefaultStyle: true, theme: "hubbub" },
    loader: { target: "_self" }, ...LOCALE,
  });
  fresh.querySelector("svg")?.setAttribute("aria-hidden", "true"); // marks have roles of their own, whatever `aria` says
  for (const old of [...place.children]) if (old !== fresh) old.remove();
  fresh.className = "";
  place.dataset.drawn = "yes";
  (figure.view ?? last?.view)?.finalize();
  figure.view = shown.view;
  drawings.set(figure.id, figure);
}

function drawAll() {
  for (const figure of document.querySelectorAll("[data-vega]")) {
    draw(figure).catch((error) => {
      figure.querySelector(".drawn").textContent = say("This chart can’t be drawn here; its numbers stand in the table.");
      console.error(error);
    });
  }
}

drawAll();
dark.addEventListener("change", drawAll);
new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
document.addEventListener("htmx:afterSwap", (event) => {
  for (const figure of event.target.querySelectorAll?.("[data-vega]") ?? []) draw(figure);
});
