// Menus are <details>: they work without this. Escape and a press elsewhere close them.
(() => {
  "use strict";
  const menus = [...document.querySelectorAll("details[data-menu]")];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const inner = menus.filter((menu) => menu.open).pop();
    if (!inner) return;
    inner.open = false;
    inner.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
})();
