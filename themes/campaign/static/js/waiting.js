// The page that waits for the confirmation: it asks the service whether the form that this browser sent is
// confirmed, and moves on. Without this script the code can be typed all the same.
(() => {
  "use strict";
  const place = document.querySelector("[data-gs-waiting]");
  if (!place) return;
  const note = place.querySelector("[data-gs-note]");
  const minutes = place.querySelector("[data-gs-minutes]");
  const often = 2_000;
  const seldom = 10_000;
  const begin = Date.now();
  let hidden = null;
  let timer;
  let asking = false;

  const later = () => {
    clearTimeout(timer);
    // Nobody looks: no need to ask before somebody does.
    if (hidden !== null && Date.now() - hidden > 600_000) return;
    timer = setTimeout(ask, Date.now() - begin < 120_000 ? often : seldom);
  };
  const told = (number) => {
    const text = number ? place.dataset.minutes.replace("{n}", String(number)) : "";
    // The same words again would be read out again.
    if (minutes.textContent !== text) minutes.textContent = text;
  };
  async function ask() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(place.dataset.gsWaiting, { headers: { accept: "application/json" }, cache: "no-store" });
      if (answer.ok) {
        const { state, next, mail_minutes: number } = await answer.json();
        if (state === "confirmed" && next) {
          location.assign(next);
          return;
        }
        // Nothing to wait for: the page was opened by itself.
        note.hidden = state !== "pending";
        told(number);
        if (state === "expired") return;
      }
    } catch {
      // No connection now; perhaps at the next look.
    } finally {
      asking = false;
    }
    later();
  }
  document.addEventListener("visibilitychange", () => {
    hidden = document.hidden ? Date.now() : null;
    if (!document.hidden) ask();
  });
  ask();
})();
