// Refreshes what the build put into the page and time has changed: the number of signatures, who signed
// and from where, and forms whose last day has passed.
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

  /** An item of a list, its parts kept apart: names run in whatever direction they are written. */
  const item = (first, second) => {
    const line = document.createElement("li");
    const name = document.createElement("bdi");
    name.textContent = first;
    line.append(name);
    if (second) line.append(` · ${second}`);
    return line;
  };
  /** The name of a country in the page's language; its code where the browser knows none. */
  const country = (code, lang) => {
    try {
      return new Intl.DisplayNames([lang], { type: "region" }).of(code);
    } catch {
      return code;
    }
  };
  const list = async (box, url, lines) => {
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const items = lines(await answer.json(), box.dataset.gsLocale || "en");
      box.querySelector("ul").replaceChildren(...items);
      box.hidden = items.length === 0;
    } catch {
      // The page is whole without it.
    }
  };
  for (const box of document.querySelectorAll("[data-gs-signers]")) {
    list(box, box.dataset.gsSigners, ({ signers }, lang) =>
      signers.map((one) => item(one.name, one.country && country(one.country, lang))),
    );
  }
  for (const box of document.querySelectorAll("[data-gs-countries]")) {
    const format = new Intl.NumberFormat(box.dataset.gsNumbers || "en");
    list(box, box.dataset.gsCountries, ({ countries, other }, lang) => {
      const lines = countries.map((one) => item(country(one.country, lang), format.format(one.count)));
      // The rest alone says nothing.
      if (other && lines.length > 0) lines.push(item(box.dataset.gsOther, format.format(other)));
      return lines;
    });
  }

  // Days are those of the service: UTC.
  const today = new Date().toISOString().slice(0, 10);
  for (const box of document.querySelectorAll("[data-gs-until]")) {
    if (box.dataset.gsUntil >= today) continue;
    for (const part of box.querySelectorAll("[data-gs-open]")) part.hidden = true;
    for (const part of box.querySelectorAll("[data-gs-ended]")) part.hidden = false;
  }
})();
