// Presses the one button of the page, once, when the page is really being looked at.
(() => {
  "use strict";
  const form = document.querySelector("form[data-auto-post]");
  if (!form) return;
  const working = form.querySelector("[data-working]");
  let pressed = false;
  const press = () => {
    if (pressed || document.visibilityState !== "visible") return;
    pressed = true;
    document.removeEventListener("visibilitychange", press);
    if (working) working.hidden = false;
    form.requestSubmit();
  };
  document.addEventListener("visibilitychange", press);
  press();
})();
