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

// One of each kind of page; the article is found, for each language has its own address for it.
const kinds = ["", "mission/", "news/", "categories/", "petitions/safe-online/", "where-we-work/kenya/", "publications/", "search/", "steps/signed/"];

test("the language switcher leads to the same page in the other language, on every kind of page", async () => {
  const { page, leave } = await visitor(browser, site);
  const article = await openArticle(page, site, "/");
  await page.goto(`${site.url}/news/`);
  const subject = await page.locator(".subjects a").first().getAttribute("href");
  for (const here of [article, subject, ...kinds.map((kind) => `${site.url}/${kind}`)]) {
    await page.goto(here);
    const switcher = page.locator("header .languages a[hreflang]");
    const targets = await switcher.evaluateAll((links) => links.map((link) => [link.hreflang, link.href]));
    assert.deepEqual(targets.map(([language]) => language), ["en", "fr", "ar"]);
    for (const [language, target] of targets) {
      await page.goto(target);
      await speaks(page, language);
      const alternate = page.locator(`head link[hreflang="${language}"]`);
      assert.equal(await alternate.getAttribute("href"), target, `hreflang of ${target}`);
      const back = await page.locator('header .languages a[hreflang="nl"]').getAttribute("href");
      assert.equal(new URL(back, page.url()).href, here, `back from ${target}`);
      assert.equal(await page.locator('head link[hreflang="x-default"]').getAttribute("href"), here);
    }
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
    // What is found is text: no entity of HTML is left in it, wherever the snippet begins.
    const found = await page.locator("main [data-search-results]").innerText();
    assert.doesNotMatch(found, /&\w+;|&#/);
    await leave();
  });
}

test("the search shows text where the page has spaces that do not break", async () => {
  const { page, leave } = await visitor(browser, site);
  const index = await (await fetch(`${site.url}/search_index.fr.json`)).json();
  const encoded = index.filter((row) => row.body.includes("&nbsp;"));
  assert.ok(encoded.length > 5, "the French index holds such spaces");
  // Words before such a space, so that the snippet holds it.
  for (const row of encoded.slice(0, 3)) {
    const [, word] = row.body.match(/(\p{L}{4,})\W?&nbsp;/u);
    await page.goto(`${site.url}/fr/search/?q=${encodeURIComponent(word)}`);
    const results = page.locator("main [data-search-results]");
    await results.locator("li").first().waitFor();
    assert.doesNotMatch(await results.innerText(), /&\w+;/);
  }
  await leave();
});

const phone = { width: 360, height: 740 };
const desktop = { width: 1280, height: 900 };

for (const [language, prefix] of Object.entries(languages)) {
  for (const [name, viewport] of [["phone", phone], ["desktop", desktop]]) {
    test(`the menu and its four actions by keyboard: ${language}, ${name}`, async () => {
      const { page, leave } = await visitor(browser, site, { viewport });
      await page.goto(site.url + prefix);
      const menu = page.locator(".site-menu > summary");
      const links = page.locator("header .main-menu a");
      if (name === "phone") {
        assert.equal(await links.filter({ visible: true }).count(), 0);
        await menu.press("Enter");
      } else assert.ok(!(await menu.isVisible()), "all of the menu is there at once");
      assert.equal(await links.filter({ visible: true }).count(), 8);

      const summary = page.locator("header .actions > summary");
      const actions = page.locator("header .actions a");
      assert.equal(await actions.filter({ visible: true }).count(), 0);
      await summary.press("Enter");
      assert.equal(await actions.filter({ visible: true }).count(), 4);
      for (const action of await actions.all()) {
        const box = await action.boundingBox();
        assert.ok(box.x >= 0 && box.x + box.width <= viewport.width + 1, `${await action.innerText()} is cut off`);
        assert.ok(box.height >= 24, "large enough to press");
      }
      await page.keyboard.press("Escape");
      assert.equal(await actions.filter({ visible: true }).count(), 0, "Escape closes it");
      assert.ok(await summary.evaluate((e) => e === document.activeElement), "and the focus is where it was");

      await summary.press("Enter");
      const targets = await actions.evaluateAll((all) => all.map((link) => link.href));
      for (const target of targets) {
        await page.goto(target);
        await speaks(page, language);
        assert.ok((await page.locator("main h1").innerText()).length > 3, target);
      }
      await leave();
    });
  }
}

test("without styles the page reads in order: skip link, menus, one heading, text, form, footer", async () => {
  for (const prefix of Object.values(languages)) {
    const { page, context } = await visitor(browser, site, { javaScriptEnabled: false });
    await context.route("**/*.css", (route) => route.abort());
    await openArticle(page, site, prefix);
    const first = page.locator("body a").first();
    assert.equal(await first.getAttribute("href"), "#main");
    assert.ok(await first.isVisible());
    const order = await page
      .locator("header.site-header, main h1, main .prose > p, main form, footer.site-footer")
      .evaluateAll((all) => all.map((e) => (e.tagName === "P" ? "P" : e.tagName)).filter((e, i, tags) => e !== tags[i - 1]));
    assert.deepEqual(order, ["HEADER", "H1", "P", "FORM", "FOOTER"], prefix);
    // Headings go down by one level at a time.
    const levels = await page.locator("main :is(h1, h2, h3, h4)").evaluateAll((all) => all.map((e) => Number(e.tagName[1])));
    assert.equal(levels[0], 1);
    assert.equal(levels.filter((level) => level === 1).length, 1);
    levels.forEach((level, i) => assert.ok(i === 0 || level <= levels[i - 1] + 1, `${prefix}: ${levels}`));
    // What styles hide from view says what it is.
    const trap = page.locator('main input[name="website"]');
    assert.ok(await page.locator(`main label[for="${await trap.getAttribute("id")}"]`).isVisible());
    await context.close();
  }
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

test("an unknown address gives the site's own page, status 404, and the way home in every language", async () => {
  const { page, context } = await visitor(browser, site);
  const answer = await page.goto(`${site.url}/fr/no-such-page/`);
  assert.equal(answer.status(), 404);
  for (const [language, prefix] of Object.entries(languages)) {
    const section = page.locator(`main section[lang="${language}"]`);
    assert.equal(await section.getAttribute("dir"), language === "ar" ? "rtl" : "ltr");
    assert.equal(await section.locator("a").evaluate((link) => link.href), site.url + prefix);
  }
  await context.close();
});
