// Choosing a day, weeks, zone and clock without asking the server again. The page works without this file.
const root = document.querySelector("[data-picker]");
const data = JSON.parse(document.getElementById("module").textContent);
const $ = (selector) => root.querySelector(selector);

// Words come in the language of the page; numbers and the order of dates from the guest's own region (en-GB, en-US).
const written = document.documentElement.lang;
const region = navigator.languages.find((each) => each.split("-")[0] === written) ?? written;
const DAYS = 35; // five whole weeks
const DAY = 864e5;
const LONGEST_BAR = 6;
// Browsers still report some zones by names that have been replaced since.
const RENAMED = { "Asia/Calcutta": "Asia/Kolkata", "Asia/Katmandu": "Asia/Kathmandu", "Asia/Rangoon": "Asia/Yangon", "Asia/Saigon": "Asia/Ho_Chi_Minh", "Europe/Kiev": "Europe/Kyiv" };

const state = { zone: data.zone, clock: data.clock, day: data.date, starts: unpacked(data.starts) };
let days; // local date -> its starts
let first; // the first date that is shown
let show; // formats in the guest's zone

function unpacked(text) {
  let minute = 0;
  return text.split(" ").map((step) => (minute += +step) * 60_000);
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

function group() {
  formats();
  days = new Map();
  for (const at of state.starts) {
    const date = show.date(at);
    if (!days.has(date)) days.set(date, []);
    days.get(date).push(at);
  }
  const all = [...days.keys()];
  if (!days.has(state.day)) state.day = all.find((day) => state.day && day >= state.day) ?? all[0];
  turnTo(state.day);
}

// The weeks begin with the week of the first free day and turn in steps of five.
function turnTo(day) {
  const opening = days.keys().next().value;
  const monday = plus(opening, -((new Date(midnight(opening)).getUTCDay() + 6) % 7));
  first = plus(monday, Math.floor((midnight(day) - midnight(monday)) / DAY / DAYS) * DAYS);
}

function cell(date, today) {
  const month = date.endsWith("-01") ? named(date, { month: "short" }) : null;
  const name = long(date) + (date === today ? `, ${data.words.today}` : "");
  const number = `${+date.slice(8)}`;
  const free = days.get(date)?.length;
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
  const rows = [];
  for (let n = 0; n < DAYS; n += 7) {
    const week = Array.from({ length: 7 }, (_, i) => plus(first, n + i));
    rows.push(element("tr", {}, ...week.map((date) => element("td", { class: date === today ? "today" : null }, cell(date, today)))));
  }
  $(".cal tbody").replaceChildren(...rows);
  if (!$(".cal [tabindex='0']")) $(".cal a")?.setAttribute("tabindex", 0);
  const last = plus(first, DAYS - 1);
  const months = new Intl.DateTimeFormat(region, { timeZone: "UTC", month: "short", year: "numeric" });
  $(".weeks h2").textContent = months.formatRange(midnight(first < today ? today : first), midnight(last));
  $("[data-weeks=earlier]").hidden = !neighbour("earlier");
  $("[data-weeks=later]").hidden = !neighbour("later");
}

// The free day to turn to: the first one after these weeks, or the first one of the weeks before that have any.
function neighbour(direction) {
  const all = [...days.keys()];
  if (direction === "later") return all.find((day) => day >= plus(first, DAYS));
  const before = all.filter((day) => day < first).at(-1);
  if (!before) return undefined;
  const beginning = plus(first, -Math.ceil((midnight(first) - midnight(before)) / DAY / DAYS) * DAYS);
  return all.find((day) => day >= beginning);
}

function link(at) {
  const query = new URLSearchParams({ tz: state.zone, clock: state.clock });
  return `${data.confirm}?at=${new Date(at).toISOString().slice(0, 16)}Z&${query}${data.query && `&${data.query}`}`;
}

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
  const awake = state.starts.find((at) => show.minute(at) >= 7 * 60 && show.minute(at) < 22 * 60) ?? state.starts[0];
  const say = (at) => `${named(show.date(at), { weekday: "short", day: "numeric", month: "short" })}, ${show.face(at).filter(Boolean).join("\u00a0")}`;
  $("[data-next]").textContent = say(awake);
  $(".next").href = link(awake);
  $(".early").hidden = awake === state.starts[0];
  $("[data-early]").textContent = say(state.starts[0]);
  $(".early").href = link(state.starts[0]);
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

function pick(day) {
  state.day = day;
  turnTo(day);
  drawWeeks();
  drawTimes();
  drawDurations();
  keepInAddress();
}

root.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  const day = at("[data-date]"), weeks = at("[data-weeks]"), clock = at("[name=clock][aria-pressed]");
  if (day || weeks || clock) event.preventDefault();
  if (day) {
    pick(day.dataset.date);
    $(".cal [aria-current]").focus();
    say(`${long(state.day)}: ${count(days.get(state.day).length)}`);
    if (matchMedia("(max-width: 44rem)").matches) $(".times").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  } else if (weeks) {
    pick(neighbour(weeks.dataset.weeks));
    say($(".weeks h2").textContent);
    if (weeks.hidden) $(".cal [aria-current]").focus();
  } else if (clock) {
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
  const all = [...days.keys()];
  let day = { Home: all[0], End: all.at(-1) }[event.key];
  if (step > 0) day = all.find((each) => each >= plus(here, step));
  if (step < 0) day = all.findLast((each) => each <= plus(here, step));
  if (step || day) event.preventDefault();
  if (!day) return;
  pick(day);
  $(".cal [aria-current]").focus();
  say(`${long(day)}: ${count(days.get(day).length)}`);
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
  const sorted = [...zones].sort((a, b) => city(a).localeCompare(city(b)));
  select.replaceChildren(...sorted.map(option));
  select.value = state.zone;
}
select.addEventListener("pointerdown", fillZones);
select.addEventListener("focus", fillZones);
select.addEventListener("change", () => {
  state.zone = select.value;
  draw();
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
draw();

// The feed answers for 62 days at most: ask range by range, up to the last time that is known. Null: no answer.
async function ask() {
  const range = 62 * DAY, ranges = [], instant = (at) => `${new Date(at).toISOString().slice(0, 19)}Z`;
  for (let at = Date.now(); at <= state.starts.at(-1); at += range) ranges.push(new URLSearchParams({ from: instant(at), to: instant(at + range) }));
  const answers = await Promise.all(ranges.map((each) => fetch(`${data.feed}${data.feed.includes("?") ? "&" : "?"}${each}`))).catch(() => [null]);
  if (!answers.every((each) => each?.ok)) return null;
  return (await Promise.all(answers.map((each) => each.json()))).flatMap((each) => each.slots).map((start) => Date.parse(start));
}

// Back in a tab that was open for a while: ask again, and draw only what is new.
let known = state.starts.join();
document.addEventListener("visibilitychange", async () => {
  if (document.hidden) return;
  const starts = await ask();
  if (!starts || starts.join() === known) return;
  if (!starts.length) return void location.reload();
  known = starts.join();
  state.starts = starts;
  draw();
});
