// axe-core finds nothing serious on any page of the site, in any language, nor on the service's own.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { linkIn, mailTo, startSite } from "./support/program.mjs";
import { fillIn, openArticle, send, signForm } from "./support/supporter.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

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

async function faults(page) {
  // By the debugger, not by a tag: the pages' own security policy stays in force.
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => axe.run(document, { runOnly: { type: "tag", values } }), tags);
  return violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

async function pagesOfSite() {
  const sitemap = await (await fetch(`${site.url}/sitemap.xml`)).text();
  return [...sitemap.matchAll(/<loc>([^<]+)<\/loc>/g)].map((m) => m[1]);
}

// The dark palette has the same colours in each language.
for (const [name, viewport, colorScheme, below] of [
  ["phone", { width: 360, height: 740 }, "light", "/"],
  ["phone, dark, in French", { width: 360, height: 740 }, "dark", "/fr/"],
  ["desktop", { width: 1280, height: 900 }, "light", "/"],
]) {
  test(`every page of the site, ${name}`, { timeout: 600_000 }, async () => {
    const addresses = await pagesOfSite();
    assert.ok(addresses.length > 100, `only ${addresses.length} pages in the sitemap`);
    const chosen = addresses.filter((address) => address.startsWith(site.url + below));
    assert.ok(chosen.length > 30, `only ${chosen.length} pages below ${below}`);
    // In no list: error page, and the page for partners.
    chosen.push(`${site.url}/404.html`);
    for (const prefix of ["/", "/en/", "/fr/", "/ar/"]) if (prefix.startsWith(below)) chosen.push(`${site.url}${prefix}embed/`);
    const { page, leave } = await visitor(browser, site, { viewport, colorScheme });
    const found = [];
    for (const address of chosen) {
      await page.goto(address);
      for (const fault of await faults(page)) found.push(`${address}: ${fault}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 1) found.push(`${address}: ${wide} pixels wider than the screen`);
    }
    assert.deepEqual(found, []);
    await leave();
  });
}

/** How strongly the colours of a field's edge differ from what is around it and in it. */
const edges = (page) =>
  page.evaluate(() => {
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = (colour) => {
      const [r, g, b] = numbers(colour).map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
      const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    };
    const ground = (element) => {
      const own = getComputedStyle(element).backgroundColor;
      return (numbers(own)[3] ?? 1) > 0 || !element.parentElement ? own : ground(element.parentElement);
    };
    return [...document.querySelectorAll("input, select, textarea")]
      .filter((field) => field.checkVisibility() && !["hidden", "checkbox"].includes(field.type) && !field.closest(".gs-trap"))
      .map((field) => {
        const [around, within, edge] = [ground(field.parentElement), ground(field), getComputedStyle(field).borderTopColor];
        // The edge, or the field itself, stands out from what is around it (WCAG 1.4.11).
        return { name: field.id, contrast: Math.max(contrast(edge, around), contrast(within, around)) };
      });
  });

for (const colorScheme of ["light", "dark"]) {
  test(`the edges of fields can be seen, ${colorScheme}`, async () => {
    const { page, leave } = await visitor(browser, site, { colorScheme, viewport: { width: 1280, height: 900 } });
    await page.goto(`${site.url}/petitions/safe-online/`);
    const fields = await edges(page);
    assert.ok(fields.length >= 7, JSON.stringify(fields));
    assert.deepEqual(fields.filter((field) => field.contrast < 3), []);
    await leave();
  });
}

test("the pages of the service", { timeout: 300_000 }, async () => {
  for (const [prefix, colorScheme] of [["/", "light"], ["/en/", "dark"], ["/fr/", "light"], ["/ar/", "dark"]]) {
    const address = `axe${prefix.replaceAll("/", "-")}@example.org`;
    const { page, context } = await visitor(browser, site, { colorScheme });
    const sound = async (what) => assert.deepEqual(await faults(page), [], `${what} in ${prefix}, ${colorScheme}`);
    await openArticle(page, site, prefix);
    await fillIn(signForm(page), { email: address });
    await send(signForm(page));
    await page.waitForURL(/\/steps\//);
    const mail = await mailTo(site, address);
    await page.locator("[data-gs-note]").waitFor();
    await sound("the page that waits");
    await page.locator('form[action$="/service/code"] [name="code"]').fill("nonsense");
    await page.locator('form[action$="/service/code"] button').click();
    await page.waitForURL(/service\/code/);
    await sound("a code that did not work");
    await page.locator('form[action$="/service/resend"] button').click();
    await page.waitForURL(/#resent/);
    await sound("the mail asked for again");
    await context.clearCookies();
    for (const kind of ["confirm", "withdraw"]) {
      await page.goto(linkIn(mail, `/service/${kind}/`));
      await sound(kind);
    }
    await page.goto(site.url + prefix);
    const letter = page.locator('footer form[action$="/newsletters/news/subscribe"]');
    await letter.locator('[name="email"]').fill(address);
    await letter.locator('[name="consent"]').check();
    await send(letter);
    await page.waitForURL(/\/steps\//);
    await page.goto(linkIn(await mailTo(site, address, /Bakenlicht/), "/service/confirm/"));
    await page.waitForURL(/\/steps\//);
    await page.goto(linkIn(await mailTo(site, address, /\/service\/unsubscribe\//), "/service/unsubscribe/"));
    await sound("unsubscribe");
    const manage = linkIn(await mailTo(site, address, /\/service\/manage\//), "/service/manage/");
    await page.goto(manage);
    await sound("manage");
    for (const right of ["export", "erase"]) {
      await page.goto(manage);
      await page.locator(`button[value="${right}"]`).click();
      await page.waitForURL(/done=mailed/);
      await sound(`the mail to ${right} is on its way`);
      const link = await mailTo(site, address, new RegExp(`/service/${right}/`));
      await page.goto(linkIn(link, `/service/${right}/`));
      await sound(right);
    }
    await page.locator("form.gs-action button").click();
    await page.locator("h1").waitFor();
    assert.match(await page.locator("main").innerText(), /[0-9a-f]{8}-[0-9a-f]{4}/, "a number to ask by");
    await sound("erased");
    await page.goto(`${site.url}/service/confirm/${"A".repeat(43)}`);
    await sound("a link that leads nowhere");
    await openArticle(page, site, prefix);
    await signForm(page).evaluate((f) => f.setAttribute("novalidate", ""));
    await signForm(page).evaluate((f) => f.submit());
    await page.waitForURL((url) => url.pathname.includes("/service/"));
    await sound("the form with mistakes");
    await context.close();
  }
});
