// The confirmed page without reloading: asks until nothing more changes. Without this file it refreshes itself.
const GROWS = 1.5;
const LONGEST = 15_000;
const GIVES_UP = 600_000;

const said = document.getElementById("said");
let began; // when somebody last came to look
let pause;
let timer = 0;

const booking = () => document.getElementById("booking");
const hurry = () => { clearTimeout(timer); timer = setTimeout(ask, pause); };
const begin = () => { began = Date.now(); pause = 1000; hurry(); };

async function ask() {
  const { asks, seen } = booking().dataset;
  if (!asks || document.hidden || Date.now() - began > GIVES_UP) return; // it asks again when it is next looked at
  const answer = await fetch(asks).catch(() => null);
  if (answer?.ok && (await answer.json()).seen !== seen) await redraw();
  pause = Math.min(pause * GROWS, LONGEST);
  hurry();
}

// The server draws each state once, for everybody: we take the new one from its page.
async function redraw() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const focused = document.activeElement?.id;
  document.title = fresh.title;
  booking().replaceWith(fresh.getElementById("booking"));
  if (focused) document.getElementById(focused)?.focus();
  said.textContent = booking().dataset.says;
  copies();
}

function copies() {
  for (const button of document.querySelectorAll("[data-copies]")) {
    if (!navigator.clipboard) continue;
    const words = button.lastElementChild;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copies);
      words.textContent = button.dataset.done;
    });
  }
}

// What was typed on the way here has done its work.
try {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("typed ")) sessionStorage.removeItem(key);
} catch {
  // A browser may keep nothing for us.
}
copies();
begin();
document.addEventListener("visibilitychange", () => { if (!document.hidden) begin(); });
