// Refreshes the number of signatures that the build put into the page.
(() => {
  "use strict";
  const refresh = async (box) => {
    try {
      const answer = await fetch(box.dataset.gsCount, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const { count, goal } = await answer.json();
      if (!Number.isSafeInteger(count)) return;
      const format = new Intl.NumberFormat(box.dataset.gsLocale || "en");
      const number = box.querySelector("[data-gs-number]");
      const target = box.querySelector("[data-gs-goal]");
      const bar = box.querySelector("progress");
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
})();
