// The host's pages work without this file. It adds dialogs, copying, a look at a handle while it is typed, and the zone.

// <button data-opens="id of a dialog">: without this file it submits its form, or it is a link to a page that asks.
for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(button.dataset.opens).showModal();
  });
}
for (const button of document.querySelectorAll("[data-closes]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    button.closest("dialog").close();
  });
}

// <button data-copies="text" data-done="Copied" hidden><svg/><span aria-live="polite">Copy link</span></button>
const copies = (part) => {
  for (const button of part.querySelectorAll("[data-copies]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    const words = button.lastChild;
    const before = words.textContent;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copies);
      words.textContent = button.dataset.done;
      setTimeout(() => { words.textContent = before; }, 2000);
    });
  }
};
copies(document);

// <input name="handle" data-checks="/address" data-says="id of a role=status line">: the address is asked with ?handle=...
// and answers {"message": "...", "free": true}.
for (const input of document.querySelectorAll("[data-checks]")) {
  const line = document.getElementById(input.dataset.says);
  let waiting = 0;
  let asked = 0;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = ++asked;
      const answer = await fetch(`${input.dataset.checks}?${new URLSearchParams({ [input.name]: input.value })}`).catch(() => null);
      if (!answer?.ok || mine !== asked) return; // an older answer must not speak about a newer text
      const { message, free } = await answer.json();
      line.textContent = message;
      line.classList.toggle("msg", !free);
    }, 250);
  });
}

// <select data-zone="UTC">: the browser's own time zone, while the field still has the value that stands in data-zone.
for (const field of document.querySelectorAll("[data-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || field.value !== field.dataset.zone) continue;
  if (field.options && ![...field.options].some((option) => option.value === zone)) field.add(new Option(zone.replaceAll("_", " "), zone), 0);
  field.value = zone;
}

// <section id="..." data-refreshes>: looks at its own page again, less and less often, while something still moves.
for (const part of document.querySelectorAll("[data-refreshes]")) {
  let pause = 1000;
  const look = async () => {
    const answer = document.hidden ? null : await fetch(location.href).catch(() => null);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (fresh && !part.contains(document.activeElement)) {
        part.replaceChildren(...fresh.childNodes);
        copies(part);
      }
      if (!fresh?.hasAttribute("data-refreshes")) return;
    }
    pause = Math.min(pause * 1.5, 15000);
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
}
