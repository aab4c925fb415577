// The site itself: languages, search, menu, life without styles and scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { startSite } from "./support/program.mjs";
import { languages, openArticle, speaks } from "./support/supporter.mjs";

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

test("the language switcher leads to the same article in the other language", async () => {
  const { page, leave } = await visitor(browser, site);
  await openArticle(page, site, "/");
  const here = page.url();
  for (const language of ["en", "fr", "ar"]) {
    await page.goto(here);
    const link = page.locator(`a[hreflang="${language}"]`).first();
    const target = await link.getAttribute("href");
    await page.goto(target);
    await speaks(page, language);
    const back = await page.locator('a[hreflang="nl"]').first().getAttribute("href");
    assert.equal(new URL(back, page.url()).href, here, `back from ${language}`);
  }
  await leave();
});

for (const [language, prefix, words] of [
  ["nl", "/", "preventie"],
  ["en", "/en/", "prevention"],
  ["fr", "/fr/", "prevention"],
  ["ar", "/ar/", "الوقاية"],
]) {
  test(`the search finds in ${language}`, async () => {
    const { page, leave } = await visitor(browser, site);
    await page.goto(site.url + prefix);
    const action = await page.locator('form[role="search"]').first().getAttribute("action");
    await page.goto(`${new URL(action, page.url())}?q=${encodeURIComponent(words)}`);
    await page.locator("main [data-search-results] a, main .gs-search-results a, main ol a, main ul a").first().waitFor();
    await page.waitForFunction(() => /\d/.test(document.querySelector('main [role="status"], main [aria-live]')?.textContent ?? ""));
    await speaks(page, language);
    await leave();
  });
}

test("the Take action menu opens and closes by keyboard and leads to four actions", async () => {
  const { page, leave } = await visitor(browser, site, { viewport: { width: 1280, height: 900 } });
  await page.goto(`${site.url}/en/`);
  const button = page.locator("header button[aria-expanded], header summary").filter({ hasText: /take action/i }).first();
  await button.focus();
  await page.keyboard.press("Enter");
  const links = page.locator("header").getByRole("link", { name: /donor|partner|petition|goods/i });
  assert.ok((await links.filter({ visible: true }).count()) >= 4);
  await page.keyboard.press("Escape");
  assert.equal(await links.filter({ visible: true }).count(), 0, "Escape closes it");
  await leave();
});

test("without scripts every page's main content is there", async () => {
  const { page, leave } = await visitor(browser, site, { javaScriptEnabled: false });
  for (const prefix of Object.values(languages)) {
    await openArticle(page, site, prefix);
    assert.ok((await page.locator("main h1").innerText()).length > 5);
    assert.ok(await page.locator('form[action$="/petitions/safe-online/sign"]').isVisible());
  }
  await leave();
});

test("an unknown address gives the site's own page and status 404", async () => {
  const answer = await fetch(`${site.url}/no-such-page/`);
  assert.equal(answer.status, 404);
  assert.match(await answer.text(), /<main/);
});
