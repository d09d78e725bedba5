// Ticks the steps of the tour as they happen; without this file a reload shows the same.
const root = document.querySelector("[data-progress]");

function show(progress) {
  for (const tick of root.querySelectorAll("[data-step]")) {
    const done = progress.done[tick.dataset.step];
    tick.classList.toggle("done", done);
    tick.setAttribute("aria-label", `${tick.dataset.words}: ${done ? "done" : "not yet"}`);
  }
  const zoom = root.querySelector("[data-zoom]");
  if (zoom) {
    zoom.textContent = progress.zoom_answers_503 ? "Zoom answers 503 now" : "Zoom works";
    zoom.classList.toggle("warn", progress.zoom_answers_503);
  }
  const { booked, taken, other } = progress.crowd;
  const result = booked === undefined ? "" : `${booked} booked, ${taken} told that it is taken${other ? `, ${other} other` : ""}`;
  root.querySelector("[data-crowd]").textContent = progress.crowd_running ? "They are on their way" : result;
}

async function look() {
  const answer = document.hidden ? null : await fetch(root.dataset.progress).catch(() => null);
  if (answer?.ok) show(await answer.json());
  setTimeout(look, 1500);
}
setTimeout(look, 1500);
