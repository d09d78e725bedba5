// What was typed stays in this tab when another time is chosen; the booking's own page forgets it.
// Only the tab keeps it: no address and no cookie ever holds it.
const form = document.querySelector("form[data-kept]");
const key = `typed ${form.dataset.kept}`;
const LONGEST = 20_000; // characters
const fields = () => [...form.elements].filter((each) => each.name && each.type !== "hidden" && each.type !== "submit");
const boxes = (each) => each.type === "checkbox" || each.type === "radio";

function keep() {
  if (!fields().length) return;
  const typed = fields().map((each) => [each.name, boxes(each) ? each.value : null, boxes(each) ? each.checked : each.value]);
  const text = JSON.stringify(typed);
  if (text.length <= LONGEST) sessionStorage.setItem(key, text);
}

// A form that came back with errors holds what was typed last.
function restore() {
  if (document.querySelector("[role=alert]")) return;
  for (const [name, value, held] of JSON.parse(sessionStorage.getItem(key) ?? "[]")) {
    for (const each of fields().filter((field) => field.name === name)) {
      if (!boxes(each)) each.value = held;
      else if (each.value === value) each.checked = held;
    }
  }
}

try {
  restore();
  form.addEventListener("input", keep);
  if (document.querySelector("[role=alert]")) keep();
} catch {
  // A browser may keep nothing for us. Then nothing is carried.
}
