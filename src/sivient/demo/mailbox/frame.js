// Give the mail as much height as it needs. Scripts of the mail itself never run.
const frame = document.querySelector("iframe");

function fit() {
  const mail = frame.contentDocument?.documentElement;
  if (!mail || !mail.scrollHeight) return;
  frame.style.height = "0";
  frame.style.height = `${Math.min(mail.scrollHeight + 2, 20000)}px`;
}

frame.addEventListener("load", fit);
addEventListener("resize", fit);
fit();
