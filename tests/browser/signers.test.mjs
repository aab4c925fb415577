// The petition's page names those who asked for it, and tells the countries, in the reader's language.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { count, eventually, linkIn, mailTo, startSite } from "./support/program.mjs";
import { languages, speaks } from "./support/supporter.mjs";

let site;
let browser;
before(async () => {
  // Names do not wait for the others of their quarter of an hour.
  const serviceConfig = '[captcha]\nprovider = "none"\n[limits]\nnames_every_minutes = 0\n';
  site = await startSite({ serviceConfig });
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const petition = () => `${site.url}/service/petitions/safe-online`;

/** Somebody signs and confirms; a program does it here. */
async function signed(number, form) {
  const email = `named-${number}@example.org`;
  const headers = { "content-type": "application/json", origin: site.url };
  const body = JSON.stringify({ lang: "nl", first_name: "Sanne", last_name: "Jansen", email, consent: "yes", ...form });
  const answer = await fetch(`${petition()}/sign`, { method: "POST", headers, body });
  assert.equal(answer.status, 202, await answer.text());
  const link = linkIn(await mailTo(site, email), "/service/confirm/");
  await fetch(link, { method: "POST", redirect: "manual", headers: { origin: site.url } });
}

const shown = async (page) => {
  await page.waitForLoadState("networkidle");
  const lines = (box) => page.locator(`${box}:not([hidden]) li`).allTextContents();
  return [await lines("[data-gs-signers]"), await lines("[data-gs-countries]")];
};

test("nobody has signed: the page says nothing of it", async () => {
  const { page, leave } = await visitor(browser, site);
  await page.goto(`${site.url}/petitions/safe-online/`);
  assert.deepEqual(await shown(page), [[], []]);
  assert.ok(!(await page.locator("[data-gs-signers]").isVisible()));
  assert.ok(!(await page.locator("[data-gs-countries]").isVisible()));
  await leave();
});

test("who asks is named, countries are told in tens, in each language", async () => {
  const layla = { first_name: "ليلى", last_name: "حداد", country: "NL", show_name: "yes" };
  await signed(0, layla);
  for (let number = 1; number < 12; number += 1) {
    await signed(number, number === 1 ? { first_name: "Jan", last_name: "de Vries", show_name: "yes" } : { country: "BE" });
  }
  await eventually("all are counted", async () => (await count(site)) === 12);
  await eventually("the countries are told", async () => {
    const { countries } = await (await fetch(`${petition()}/countries`)).json();
    return countries.length === 1;
  });
  const words = {
    nl: ["Nederland", "België"],
    en: ["Netherlands", "Belgium"],
    fr: ["Pays-Bas", "Belgique"],
    ar: ["هولندا", "بلجيكا"],
  };
  for (const [language, prefix] of Object.entries(languages)) {
    const { page, leave } = await visitor(browser, site, { viewport: { width: 360, height: 740 } });
    await page.goto(`${site.url}${prefix}petitions/safe-online/`);
    await speaks(page, language);
    const [names, countries] = await shown(page);
    const [netherlands, belgium] = words[language];
    assert.deepEqual(names.sort(), ["Jan V.", `ليلى ح. · ${netherlands}`].sort());
    assert.deepEqual(countries, [`${belgium} · 10`]);
    // A name runs in its own direction, whatever the page's is.
    assert.equal(await page.locator("[data-gs-signers] bdi").count(), 2);
    await page.locator("[data-gs-countries] summary").click();
    assert.ok(await page.locator("[data-gs-countries] li").isVisible());
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 1, `${wide} pixels wider than the screen`);
    if (process.env.PICTURES) {
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.locator("[data-gs-signers]").scrollIntoViewIfNeeded();
        await page.screenshot({ path: `${process.env.PICTURES}/signers-${language}-${width}.png` });
      }
    }
    await leave();
  }
});
