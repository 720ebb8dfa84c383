// Keyboard shortcuts and quick reasons. Every page works without this file, by mouse or touch.
"use strict";

const form = document.querySelector("[data-ruling]");
const help = document.getElementById("help");
const items = [...document.querySelectorAll("[data-item]")];

function move(step) {
  const now = items.indexOf(document.activeElement);
  const next = items[now < 0 ? 0 : Math.min(items.length - 1, Math.max(0, now + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function typing(target) {
  return target.closest("input, textarea, select") !== null;
}

function press(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  const folded = target.closest("details:not([open])");
  if (folded) folded.open = true;
  if (folded && target.matches("summary")) folded.querySelector("select, input:not([type=hidden])").focus();
  else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey && event.key === "Enter" && form && form.contains(event.target)) {
    const chosen = form.querySelector(".chosen");
    if (chosen) form.requestSubmit(chosen);
    return;
  }
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target) || (help && help.open)) return;
  if (event.key === "?" && help) help.showModal();
  else if (items.length && (event.key === "j" || event.key === "k")) move(event.key === "j" ? 1 : -1);
  else if (!press(event.key)) return;
  event.preventDefault();
});

if (form) {
  const reason = form.querySelector("textarea");
  const acts = [...form.querySelectorAll("[name=ruling]")];
  const choose = (act) => acts.forEach((each) => each.classList.toggle("chosen", each === act));
  form.querySelector("[data-quick]").hidden = false;
  form.addEventListener("click", (event) => {
    const quick = event.target.closest("[data-reason]");
    const act = event.target.closest("[name=ruling]");
    if (quick) {
      const words = reason.value.trim();
      if (!words.includes(quick.dataset.reason)) {
        reason.value = words ? `${words}；${quick.dataset.reason}` : quick.dataset.reason;
      }
    } else if (act) {
      choose(act);
      if (!reason.value.trim()) {
        event.preventDefault();
        reason.focus();
      }
    }
  });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
}

for (const select of document.querySelectorAll("[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

for (const proof of document.querySelectorAll("[data-number]")) {
  const spots = [...document.querySelectorAll("mark[data-evidence]")].filter((spot) =>
    spot.dataset.evidence.split(" ").includes(proof.dataset.number));
  const glow = (on) => () => spots.forEach((spot) => spot.classList.toggle("glow", on));
  proof.addEventListener("mouseenter", glow(true));
  proof.addEventListener("mouseleave", glow(false));
}
