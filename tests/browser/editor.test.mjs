// An editor adds an article and sees it; makes a mistake and is told the line and the fix.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { startSite } from "./support/program.mjs";

let site;
let browser;
before(async () => {
  site = await startSite();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const article = (title) => `+++
title = "${title}"
date = 2026-11-23
description = "Een kort bericht."
+++

Eerste alinea van het nieuwe bericht.
`;

test("a new article appears in the open page by itself", async () => {
  const { page, leave } = await visitor(browser, site);
  await page.goto(`${site.url}/`);
  const news = await page.locator('nav a[href*="news"], nav a[href*="nieuws"]').first().getAttribute("href");
  await page.goto(news);
  await mkdir(site.file("content/news/tried-by-an-editor"), { recursive: true });
  await site.write("content/news/tried-by-an-editor/index.md", article("Een gloednieuw bericht"));
  await page.getByText("Een gloednieuw bericht").first().waitFor({ timeout: 20_000 });

  // And changes with its file.
  await site.write("content/news/tried-by-an-editor/index.md", article("Een verbeterd bericht"));
  await page.getByText("Een verbeterd bericht").first().waitFor({ timeout: 20_000 });
  await leave();
});

test("a mistake shows file, line and fix over the last good page, and goes when mended", async () => {
  const { page, context } = await visitor(browser, site);
  await page.goto(`${site.url}/`);
  const good = await site.read("content/mission.md");
  await site.write("content/mission.md", good.replace(/^title = .*$/m, "title = Onze missie"));
  const overlay = page.locator("#groundswell-errors");
  await overlay.waitFor({ timeout: 20_000 });
  const text = await overlay.innerText();
  assert.match(text, /content\/mission\.md:2:9: .*\(text stands between double quotes on its line: key = "…"\)/, text);
  assert.ok((await page.locator("main").count()) > 0, "the last good page is still there");
  await site.write("content/mission.md", good);
  await overlay.waitFor({ state: "detached", timeout: 20_000 });
  await context.close();
});

test("a petition without a translation of its consent text is refused, with the place and the fix", async () => {
  const { page, context } = await visitor(browser, site);
  await page.goto(`${site.url}/`);
  const file = "content/petitions/safe-online/index.fr.md";
  const good = await site.read(file);
  await site.write(file, good.replace(/^consent = .*$/m, ""));
  const overlay = page.locator("#groundswell-errors");
  await overlay.waitFor({ timeout: 20_000 });
  const text = await overlay.innerText();
  const line = good.split("\n").findIndex((one) => one.startsWith("[extra.petition_texts]")) + 1;
  assert.ok(text.includes(`content/petitions/safe-online/index.fr.md:${line}`), text);
  assert.match(text, /\(say in this language what the visitor agrees to: consent = "…"\)/, text);
  await site.write(file, good);
  await overlay.waitFor({ state: "detached", timeout: 20_000 });
  await context.close();
});
