// Choosing a day, weeks, zone and clock in place; later.js brings the weeks that did not come with the page, which works without either.
const root = document.querySelector("[data-picker]");
const data = JSON.parse(document.getElementById("module").textContent);
const $ = (selector) => root.querySelector(selector);

// Words come in the language of the page; numbers and the order of dates from the guest's own region (en-GB, en-US).
const written = document.documentElement.lang;
const region = navigator.languages.find((each) => each.split("-")[0] === written) ?? written;
const DAYS = 35, LONGEST_BAR = 6; // five whole weeks
const DAY = 864e5, HOUR = 36e5, MINUTE = 6e4;
// Browsers still report some zones by names that have been replaced since.
const RENAMED = { "Asia/Calcutta": "Asia/Kolkata", "Asia/Katmandu": "Asia/Kathmandu", "Asia/Rangoon": "Asia/Yangon", "Asia/Saigon": "Asia/Ho_Chi_Minh", "Europe/Kiev": "Europe/Kyiv" };

const state = { zone: data.zone, clock: data.clock, day: data.date, times: opened(data.times), turn: 0 };
let days; // local date -> its starts, of the stretch that is shown
let first; // the first date that is shown
let show; // formats in the guest's zone

function unpacked(text) {
  const starts = [];
  let minute = 0;
  for (const [step, times] of text.split(" ").filter(Boolean).map((each) => each.split("x"))) for (let n = 0; n < (times ?? 1); n++) starts.push((minute += +step) * MINUTE);
  return starts;
}
// All times from one instant to another, and the nearest ones outside of it (null: there are none).
function opened(times) {
  const at = (minute) => (minute === null ? null : minute * MINUTE);
  return { from: at(times.from), to: at(times.to), before: at(times.before), after: at(times.after), first: at(times.first), last: at(times.last), starts: unpacked(times.starts), soon: unpacked(times.soon) };
}

// A date is no instant: it is read and written in UTC, so that no zone can move it.
const midnight = (date) => Date.parse(`${date}T00:00Z`);
const plus = (date, n) => new Date(midnight(date) + n * DAY).toISOString().slice(0, 10);
const named = (date, options) => new Intl.DateTimeFormat(region, { timeZone: "UTC", ...options }).format(midnight(date));
const long = (date) => named(date, { weekday: "long", day: "numeric", month: "long" });
const count = (n) => (n === 1 ? data.words.one : data.words.many.replace("{n}", n));

function formats() {
  const make = (locale, options) => new Intl.DateTimeFormat(locale, { timeZone: state.zone, ...options });
  const date = make("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
  const time = make("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const face = make(region, { hour: state.clock === 12 ? "numeric" : "2-digit", minute: "2-digit", hourCycle: state.clock === 12 ? "h12" : "h23" });
  show = {
    date: (at) => date.format(at),
    minute: (at) => time.format(at).split(":").reduce((hours, minutes) => hours * 60 + +minutes, 0),
    face: (at) => {
      const parts = face.formatToParts(at);
      const half = (parts.find((part) => part.type === "dayPeriod")?.value ?? "").toLowerCase();
      return [parts.filter((part) => part.type !== "dayPeriod").map((part) => part.value).join("").trim(), half];
    },
  };
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function grouped(starts) {
  const found = new Map();
  for (const at of starts) found.get(show.date(at))?.push(at) ?? found.set(show.date(at), [at]);
  return found;
}
function group() {
  days = grouped(state.times.starts);
  const all = [...days.keys()];
  if (!days.has(state.day)) state.day = all.find((day) => state.day && day >= state.day) ?? all[0];
  first = weeksOf(state.day);
}

// The weeks begin with the week of the first free day and turn in steps of five.
function weeksOf(day) {
  const opening = show.date(state.times.first);
  const monday = plus(opening, -((new Date(midnight(opening)).getUTCDay() + 6) % 7));
  return plus(monday, Math.floor((midnight(day) - midnight(monday)) / DAY / DAYS) * DAYS);
}
// Whether these times have all of the weeks from a date on, in whatever zone.
const covers = (times, date) => (times.before === null || times.from <= midnight(date) - 14 * HOUR) && (times.after === null || times.to >= midnight(plus(date, DAYS)) + 12 * HOUR);

function cell(date, today) {
  const month = date.endsWith("-01") ? named(date, { month: "short" }) : null, name = long(date) + (date === today ? `, ${data.words.today}` : "");
  const number = `${+date.slice(8)}`, free = days.get(date)?.length;
  if (!free) {
    const words = [element("span", { class: "vh" }, `${name}, ${data.words.none}`), element("span", { "aria-hidden": true }, number)];
    return element("span", { "data-month": month }, ...words);
  }
  const chosen = date === state.day;
  const bar = element("i", { class: `bar n${Math.min(LONGEST_BAR, Math.ceil(free / 2))}` });
  return element("a", { href: `?date=${date}${data.query && `&${data.query}`}#times`, "data-date": date, "data-month": month, "aria-label": `${name}, ${count(free)}`, "aria-current": chosen ? "true" : null, tabindex: chosen ? 0 : -1 }, number, bar);
}

function drawWeeks() {
  const today = show.date(Date.now());
  const day = (date) => element("td", { class: date === today ? "today" : null }, cell(date, today));
  const rows = [0, 7, 14, 21, 28].map((n) => element("tr", {}, ...Array.from({ length: 7 }, (_, i) => day(plus(first, n + i)))));
  $(".cal tbody").replaceChildren(...rows);
  if (!$(".cal [tabindex='0']")) $(".cal a")?.setAttribute("tabindex", 0);
  const months = new Intl.DateTimeFormat(region, { timeZone: "UTC", month: "short", year: "numeric" });
  $(".weeks h2").textContent = months.formatRange(midnight(first < today ? today : first), midnight(plus(first, DAYS - 1)));
  for (const each of root.querySelectorAll("[data-weeks]")) {
    const there = neighbour(each.dataset.weeks);
    each.setAttribute("aria-disabled", !there);
    there ? (each.href = page(there)) : each.removeAttribute("href"); // it stays in its place, and keeps the focus
  }
}

// A day to turn to: the first free one after these weeks, or the beginning of the weeks before that have any.
function neighbour(direction) {
  const all = [...days.keys()], { before, after } = state.times;
  if (direction === "later") return all.find((day) => day >= plus(first, DAYS)) ?? (after === null ? undefined : show.date(after));
  const last = all.findLast((day) => day < first) ?? (before === null ? undefined : show.date(before));
  return last && [weeksOf(last), show.date(state.times.first)].sort()[1];
}

const query = () => new URLSearchParams({ tz: state.zone, clock: state.clock }) + (data.query && `&${data.query}`);
const page = (day) => `?date=${day}&${query()}`;
const leave = (day) => location.replace(page(day)); // the server knows more
const link = (at) => `${data.confirm}?at=${new Date(at).toISOString().slice(0, 16)}Z&${query()}`;

// An hour that the clocks repeat is told apart by its offset.
function slot(at, twice) {
  const [time, half] = show.face(at);
  const small = `${half} ${twice ? offset(state.zone, at) : ""}`.trim();
  return element("li", {}, element("a", { class: "slot", href: link(at) }, time, ...(small ? [element("small", {}, small)] : [])));
}

function drawTimes() {
  const list = days.get(state.day);
  $(".times h2").textContent = long(state.day);
  const minutes = new Map(list.map((at) => [at, show.minute(at)]));
  const often = new Map();
  for (const minute of minutes.values()) often.set(minute, (often.get(minute) ?? 0) + 1);
  const marks = list.map((at) => `M${minutes.get(at)} 0v18`).join("");
  for (const path of root.querySelectorAll(".strip path")) path.setAttribute("d", marks);
  $(".strip ol").className = `clock${state.clock}`;
  const sections = data.parts.map(([name, begins, dark], i) => {
    const ends = data.parts[i + 1]?.[1] ?? 24;
    const inside = list.filter((at) => minutes.get(at) >= begins * 60 && minutes.get(at) < ends * 60);
    const moon = dark ? [document.getElementById("moon").content.cloneNode(true)] : [];
    return inside.length && element("section", { class: dark ? "dark" : null }, element("h3", {}, ...moon, name), element("ul", {}, ...inside.map((at) => slot(at, often.get(minutes.get(at)) > 1))));
  });
  $(".slots").replaceChildren(...sections.filter(Boolean));
  $(".slots").scrollTop = 0;
}

// Nobody wants to be offered three in the morning first; but it is said that it is free.
function drawNext() {
  const { first, soon } = state.times;
  const awake = soon.find((at) => show.minute(at) >= 7 * 60 && show.minute(at) < 22 * 60) ?? first;
  const say = (at) => `${named(show.date(at), { weekday: "short", day: "numeric", month: "short" })}, ${show.face(at).filter(Boolean).join("\u00a0")}`;
  for (const [name, at] of [["next", awake], ["early", first]]) {
    $(`[data-${name}]`).textContent = say(at);
    $(`.${name}`).href = link(at);
  }
  $(".early").hidden = awake === first;
}

// Another duration is another page, at the same day, zone and clock.
function drawDurations() {
  for (const each of root.querySelectorAll(".durations a")) {
    const there = new URL(each.href);
    for (const [name, value] of Object.entries({ date: state.day, tz: state.zone, clock: state.clock })) there.searchParams.set(name, value);
    each.href = there;
  }
}

function draw() {
  formats();
  group();
  drawDurations();
  drawWeeks();
  drawTimes();
  drawNext();
  for (const button of root.querySelectorAll("[name=clock][aria-pressed]")) button.setAttribute("aria-pressed", +button.value === state.clock);
  const shown = document.querySelector("[data-in]"); // a line about a zone that does not exist names the one instead
  if (shown) shown.textContent = data.words.in.replace("{zone}", select.selectedOptions[0].text);
  document.documentElement.classList.remove("tzwait");
}
// In another zone, the days of these weeks may be others than those that are known.
function redraw() {
  draw();
  if (!covers(state.times, first)) go(state.day, false, draw);
}

const say = (text) => { document.getElementById("said").textContent = text; };
// A choice is kept in the browser; the address keeps the day, and what it named itself until that is chosen anew.
function remember(name, value) {
  document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax`;
  keepInAddress(name);
}
function keepInAddress(older) {
  const here = new URL(location);
  if (older) here.searchParams.delete(older);
  here.searchParams.set("date", state.day);
  history.replaceState(null, "", here);
}

function pick(day, times = state.times) {
  root.removeAttribute("data-waits");
  [state.day, state.times] = [day, times];
  group();
  drawWeeks();
  drawTimes();
  drawDurations();
  keepInAddress();
}

// Turn to the first free day from `day` on (`back`: the last one up to it), and then do the rest.
function go(day, back, then) {
  const all = [...days.keys()], near = back ? all.findLast((each) => each <= day) : all.find((each) => each >= day);
  if (!near || [day, near].some((each) => weeksOf(each) !== first) || !covers(state.times, first)) return void beyond(({ go }) => go(day, back, then), () => leave(day));
  state.turn++;
  pick(near);
  then();
}

// The module for other weeks comes with the first sign that the guest chooses, so that a first visit stays light. Without it, links lead there.
const shared = { root, data, state, opened, covers, grouped, weeksOf, neighbour, pick, draw, say, leave, dated: (at) => show.date(at) };
let coming;
const beyond = (then, failed = () => {}) => (coming ??= import(data.later).then((module) => module.beyond(shared))).then(then, failed);
for (const sign of ["pointerover", "focusin"]) root.addEventListener(sign, () => beyond(({ ahead }) => ahead()), { once: true, passive: true });

function arrive() {
  $(".cal [aria-current]").focus();
  say(`${long(state.day)}: ${count(days.get(state.day).length)}`);
}

root.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const day = at("[data-date]"), weeks = at("[data-weeks]"), clock = at("[name=clock][aria-pressed]");
  if (day || weeks || clock) event.preventDefault();
  if (day) {
    go(day.dataset.date, false, () => {
      arrive();
      if (matchMedia("(max-width: 44rem)").matches) $(".times").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    });
  } else if (weeks?.href) go(neighbour(weeks.dataset.weeks), false, () => say($(".weeks h2").textContent));
  else if (clock) {
    state.clock = +clock.value;
    draw();
    remember("clock", state.clock);
  }
});

$(".cal").addEventListener("keydown", (event) => {
  const here = event.target.dataset?.date;
  if (!here) return;
  const forward = getComputedStyle(root).direction === "rtl" ? -1 : 1;
  const step = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: 7, ArrowUp: -7, PageDown: 28, PageUp: -28 }[event.key];
  const opening = show.date(state.times.first), last = show.date(state.times.last);
  const day = step ? plus(here, step) : { Home: opening, End: last }[event.key];
  if (day) event.preventDefault();
  if (day >= opening && day <= last) go(day, step < 0, arrive);
});

const select = $("#tz");
const city = (zone) => zone.split("/").at(-1).replaceAll("_", " ");
function offset(zone, at) {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName").value.replace("GMT", "UTC");
}
function option(zone) {
  const now = offset(zone, Date.now());
  return new Option(now === city(zone) ? now : `${city(zone)}, ${now}`, zone);
}
function fillZones() {
  if (select.dataset.full) return;
  select.dataset.full = "yes";
  const zones = new Set([...select.options].map((each) => each.value));
  for (const zone of Intl.supportedValuesOf("timeZone")) if (zone.includes("/")) zones.add(RENAMED[zone] ?? zone);
  select.replaceChildren(...[...zones].sort((a, b) => city(a).localeCompare(city(b))).map(option));
  select.value = state.zone;
}
for (const sign of ["pointerdown", "focus"]) select.addEventListener(sign, fillZones);
select.addEventListener("change", () => {
  state.zone = select.value;
  redraw();
  remember("tz", state.zone);
  say(data.words.zone.replace("{zone}", select.selectedOptions[0].text));
});

// A first visit: zone and clock of the browser. Later ones: the server knows them from the cookies.
if (data.guessed) {
  const own = Intl.DateTimeFormat().resolvedOptions();
  const zone = RENAMED[own.timeZone] ?? own.timeZone ?? state.zone;
  if (![...select.options].some((each) => each.value === zone)) select.add(option(zone), 0);
  select.value = state.zone = zone;
  const asked = ["12", "24"].includes(new URLSearchParams(location.search).get("clock")); // the server has read it
  if (!asked) state.clock = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12 ? 12 : 24;
  document.cookie = `tz=${zone};path=/;max-age=31536000;samesite=lax`;
  document.cookie = `clock=${state.clock};path=/;max-age=31536000;samesite=lax`;
}
$("[data-plain]").hidden = true;
$(".cal").setAttribute("role", "grid");
redraw();

// Back in a tab that was open for a while: ask again.
document.addEventListener("visibilitychange", () => document.hidden || beyond(({ renew }) => renew()));
