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

for (const [name, viewport] of [
  ["phone", { width: 360, height: 740 }],
  ["desktop", { width: 1280, height: 900 }],
]) {
  test(`every page of the site, ${name}`, { timeout: 600_000 }, async () => {
    const addresses = await pagesOfSite();
    assert.ok(addresses.length > 100, `only ${addresses.length} pages in the sitemap`);
    const { page, leave } = await visitor(browser, site, { viewport });
    const found = [];
    for (const address of addresses) {
      await page.goto(address);
      for (const fault of await faults(page)) found.push(`${address}: ${fault}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 1) found.push(`${address}: ${wide} pixels wider than the screen`);
    }
    assert.deepEqual(found, []);
    await leave();
  });
}

test("the pages of the service", async () => {
  for (const prefix of ["/", "/ar/"]) {
    const address = `axe${prefix.replaceAll("/", "-")}@example.org`;
    const { page, context } = await visitor(browser, site, { javaScriptEnabled: true });
    await openArticle(page, site, prefix);
    await fillIn(signForm(page), { email: address });
    await send(signForm(page));
    await page.waitForURL(/\/steps\//);
    const mail = await mailTo(site, address);
    await context.clearCookies();
    for (const kind of ["confirm", "withdraw"]) {
      await page.goto(linkIn(mail, `/service/${kind}/`));
      assert.deepEqual(await faults(page), [], `${kind} in ${prefix}`);
    }
    await openArticle(page, site, prefix);
    await signForm(page).evaluate((f) => f.setAttribute("novalidate", ""));
    await signForm(page).evaluate((f) => f.submit());
    await page.waitForURL((url) => url.pathname.includes("/service/"));
    assert.deepEqual(await faults(page), [], `the form with mistakes in ${prefix}`);
    await context.close();
  }
});
