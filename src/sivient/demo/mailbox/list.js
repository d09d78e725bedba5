// Look for new mail without a flicker: the list is touched only when it changed, and keeps the focus.
const LIVE = ["count", "recipients", "mails"];

async function look() {
  if (document.hidden) return;
  let fresh;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the demo is stopped or starts again
  }
  for (const id of LIVE) {
    const now = document.getElementById(id), then = fresh.getElementById(id);
    if (!now || !then || now.innerHTML === then.innerHTML || now === document.activeElement) continue;
    const focused = now.contains(document.activeElement) && document.activeElement.id;
    now.innerHTML = then.innerHTML;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

setInterval(look, 3000);
document.addEventListener("visibilitychange", look);
