// Refreshes what the build put into the page and time has changed: the number of signatures, and
// forms whose last day has passed.
(() => {
  "use strict";
  const refresh = async (box) => {
    try {
      // Asked anew each time (an unchanged number costs a 304): who has just confirmed sees it rise.
      const answer = await fetch(box.dataset.gsCount, { headers: { accept: "application/json" }, cache: "no-cache" });
      if (!answer.ok) return;
      const { count, goal } = await answer.json();
      if (!Number.isSafeInteger(count)) return;
      const format = new Intl.NumberFormat(box.dataset.gsLocale || "en");
      const number = box.querySelector("[data-gs-number]");
      const target = box.querySelector("[data-gs-goal]");
      const bar = box.querySelector("progress");
      if (count > 0) box.querySelector("p").hidden = false;
      if (number) number.textContent = format.format(count);
      if (Number.isSafeInteger(goal) && goal > 0) {
        if (target) target.textContent = format.format(goal);
        if (bar) bar.max = goal;
      }
      if (bar) bar.value = count;
    } catch {
      // The number of the build stays.
    }
  };
  document.querySelectorAll("[data-gs-count]").forEach(refresh);

  // Days are those of the service: UTC.
  const today = new Date().toISOString().slice(0, 10);
  for (const box of document.querySelectorAll("[data-gs-until]")) {
    if (box.dataset.gsUntil >= today) continue;
    for (const part of box.querySelectorAll("[data-gs-open]")) part.hidden = true;
    for (const part of box.querySelectorAll("[data-gs-ended]")) part.hidden = false;
  }
})();
