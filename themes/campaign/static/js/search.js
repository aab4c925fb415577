// Searches the index of the page's language, in the browser: what is sought goes nowhere.
(() => {
  "use strict";
  const list = document.querySelector("[data-search-results]");
  const status = document.getElementById("search-status");
  const field = document.querySelector("main form[role=search] input[name=q]");
  if (!list || !field) return;
  const words = list.dataset;
  const most = 30;

  /** Without case, accents and vowel signs; Arabic letters that are written in several ways as one. */
  const plain = (text) =>
    text
      .normalize("NFKD")
      .replace(/[\p{M}\u0640]/gu, "")
      .toLowerCase()
      .replace(/\u0649/g, "\u064a")
      .replace(/\u0629/g, "\u0647")
      .replace(/ß/g, "ss")
      .replace(/œ/g, "oe");

  /** A word of the query: Arabic ones without the article. */
  const stem = (word) => (/^(ال|وال|بال|لل)/.test(word) && word.length > 4 ? word.replace(/^(وال|بال|ال|لل)/, "") : word);
  const tokens = (query) => plain(query).match(/[\p{L}\p{N}]+/gu)?.map(stem) ?? [];
  const start = (token) => new RegExp(`(?<![\\p{L}\\p{N}])(?:[وفبكل]?ال|[وفبكل]|لل)?${token}`, "gu");

  function score(row, patterns) {
    let total = 0;
    for (const pattern of patterns) {
      const hits = (text) => (text.match(pattern) ?? []).length;
      const points = 12 * Math.min(2, hits(row.plainTitle)) + 4 * Math.min(3, hits(row.plainDescription)) + Math.min(6, hits(row.plainBody));
      if (points === 0) return 0;
      total += points;
    }
    return total;
  }

  /** Where each character of the plain text stands in the text. */
  function mapped(text) {
    let out = "";
    const at = [];
    let index = 0;
    for (const character of text) {
      for (const one of plain(character)) {
        out += one;
        for (let i = 0; i < one.length; i += 1) at.push(index);
      }
      index += character.length;
    }
    at.push(index);
    return { out, at };
  }

  function snippet(text, patterns) {
    const { out, at } = mapped(text);
    const hits = patterns.flatMap((pattern) => [...out.matchAll(pattern)].map((m) => [at[m.index], at[m.index + m[0].length]]));
    hits.sort((a, b) => a[0] - b[0]);
    const first = hits[0]?.[0] ?? 0;
    let from = Math.max(0, first - 70);
    if (from > 0) from = Math.max(from, text.indexOf(" ", from) + 1 || from);
    // Whole words, also at the end.
    const to = text.length <= from + 190 ? text.length : Math.max(text.lastIndexOf(" ", from + 190), from + 150);
    const paragraph = document.createElement("p");
    if (from > 0) paragraph.append("… ");
    let done = from;
    for (const [begin, end] of hits) {
      if (begin < done || end > to) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(begin, end);
      paragraph.append(text.slice(done, begin), mark);
      done = end;
    }
    paragraph.append(text.slice(done, to), to < text.length ? " …" : "");
    return paragraph;
  }

  /** Texts of the index are HTML without its tags: `&nbsp;` still stands for a space. */
  const parser = new DOMParser();
  const decoded = (html) => parser.parseFromString(html ?? "", "text/html").body.textContent.replace(/\s+/g, " ").trim();

  let index;
  const load = () =>
    (index ??= fetch(words.index)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
      .then((rows) =>
        rows
          .filter((row) => row.title)
          .map((row) => {
            const body = decoded(row.body);
            return {
              ...row,
              body,
              plainTitle: plain(row.title),
              plainDescription: plain(row.description ?? ""),
              plainBody: plain(body),
            };
          }),
      ));

  function show(row, patterns) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = row.url;
    link.textContent = row.title;
    const inBody = patterns.some((pattern) => (row.plainBody.match(pattern) ?? []).length > 0);
    item.append(link, snippet((inBody ? row.body : row.description) ?? "", patterns));
    return item;
  }

  async function search(query) {
    const wanted = tokens(query);
    list.replaceChildren();
    if (wanted.length === 0) {
      status.textContent = "";
      return;
    }
    status.textContent = words.working;
    try {
      const rows = await load();
      const patterns = wanted.map(start);
      const rank = (with_) =>
        rows
          .map((row) => [score(row, with_), row])
          .filter(([points]) => points > 0)
          .sort((a, b) => b[0] - a[0])
          .map(([, row]) => row);
      let found = rank(patterns);
      // Not all words together: pages with any of them.
      if (found.length === 0 && patterns.length > 1) found = [...new Set(patterns.flatMap((one) => rank([one])))];
      status.textContent = found.length > 0 ? words.found.replace("{n}", String(found.length)) : words.none;
      list.append(...found.slice(0, most).map((row) => show(row, patterns)));
    } catch {
      index = undefined;
      status.textContent = words.failed;
    }
  }

  const query = new URLSearchParams(location.search).get("q") ?? "";
  field.value = query;
  search(query);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    const address = new URL(location.href);
    address.searchParams.set("q", field.value);
    history.replaceState(null, "", address);
    search(field.value);
  });
})();
