// The weeks that did not come with the page: fetched when the guest goes there, or quietly a little before, and kept.
const DAYS = 35; // five whole weeks
const DAY = 864e5;
const PATIENCE = 15_000; // milliseconds

// A date is read in UTC here: a day more on both sides has the weeks in every zone.
const midnight = (date) => Date.parse(`${date}T00:00Z`);
const instant = (at) => `${new Date(at).toISOString().slice(0, 19)}Z`;

export function beyond({ root, data, state, opened, covers, grouped, weeksOf, neighbour, pick, draw, say, leave, dated }) {
  let kept = [state.times]; // all stretches of times that were read, the newest last
  const asked = new Map(); // weeks that are on their way
  const known = (weeks) => kept.findLast((times) => covers(times, weeks));

  // What stands over the weeks: "loading" or "failed". The weeks below stay as they are, so that nothing moves.
  function cover(what) {
    root.dataset.waits = what;
    say(data.words[what]);
  }

  // Null when nothing at all is free any more, times are not shown here now, or they are for another duration.
  async function ask(from, to) {
    const answer = await fetch(`${data.feed}&${new URLSearchParams({ from: instant(from), to: instant(to) })}`, { signal: AbortSignal.timeout(PATIENCE) });
    const ours = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
    if ([400, 404].includes(answer.status) || (answer.ok ? !ours : ours && answer.status === 503)) return null; // closed: the page itself says why
    if (!answer.ok) throw new Error(`slots.json: ${answer.status}`);
    const { times, duration } = await answer.json();
    return times && duration === data.duration ? opened(times) : null;
  }

  function fetched(weeks) {
    const reading = () => ask(midnight(weeks) - DAY, midnight(weeks) + (DAYS + 1) * DAY);
    const keep = (times) => {
      if (times) kept.push(times);
      return times;
    };
    if (!asked.has(weeks)) asked.set(weeks, reading().then(keep).finally(() => asked.delete(weeks)));
    return asked.get(weeks);
  }

  // The newest answer knows what is first and last of all by now, and the weeks begin with it: say whether they begin elsewhere.
  // With another end, what was read before may no longer be offered.
  function agree() {
    const { first, last, soon } = kept.at(-1), moved = first !== state.times.first;
    if (last !== state.times.last) kept = [kept.at(-1)];
    Object.assign(state.times, { first, last, soon });
    for (const each of kept) Object.assign(each, { first, last, soon });
    return moved;
  }

  // Where the first free day from `day` on is (`back`: the last one up to it): its times, or weeks that must be read first.
  function find(day, back) {
    for (let near = day; near; ) {
      const weeks = weeksOf(near), times = known(weeks);
      if (!times) return { weeks };
      const all = [...grouped(times.starts).keys()], beyond = back ? times.before : times.after;
      near = (back ? all.findLast((each) => each <= near) : all.find((each) => each >= near)) ?? (beyond === null ? undefined : dated(beyond));
      if (near && weeksOf(near) === weeks) return { day: near, times };
    }
    return {};
  }

  let again;
  async function go(day, back, then) {
    const mine = ++state.turn;
    again = () => go(day, back, then);
    let moved = agree(), found;
    while ((found = find(day, back)).weeks) {
      cover("loading");
      const times = await fetched(found.weeks).catch(() => undefined);
      if (mine !== state.turn) return; // the guest has gone elsewhere
      if (times === undefined) return void cover("failed");
      if (times === null) return void leave(found.weeks < day && !back ? day : found.weeks);
      moved = agree() || moved;
    }
    if (!found.day) return void leave(day); // there were times, and they have gone
    root.removeAttribute("data-waits");
    pick(found.day, found.times);
    if (moved) draw();
    then();
    ahead();
  }

  function ahead() {
    const weeks = neighbour("later") && weeksOf(neighbour("later"));
    const fits = (times) => !times || times.last >= (state.times.starts.at(-1) ?? 0); // else what is shown is no longer offered
    if (weeks && !known(weeks)) fetched(weeks).then((times) => fits(times) || leave(state.day), () => {});
  }

  // Ask for the same times anew, and draw only what is new.
  async function renew() {
    const old = state.times, times = await ask(old.from, old.to).catch(() => undefined);
    if (times === null) leave(state.day);
    if (!times || old !== state.times) return; // no answer, or the guest has gone elsewhere
    kept = [times];
    if (["first", "last", "starts"].every((each) => `${times[each]}` === `${old[each]}`)) return void (state.times = times);
    state.times = times;
    go([state.day, dated(times.last)].sort()[0], false, draw);
  }

  root.querySelector("[data-again]").addEventListener("click", () => {
    root.querySelector(".weeks h2").focus(); // the button goes
    again();
  });
  return { go, ahead, renew };
}
