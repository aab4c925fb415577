// Between the form and the count: the tab that waits moves on, takes the code, and asks for the mail again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { count, eventually, linkIn, mailTo, startSite } from "./support/program.mjs";
import { fillIn, openArticle, send, signForm, speaks } from "./support/supporter.mjs";

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

const codeIn = (mail) => mail.text.match(/^(\d{3}\s\d{3})$/m)[1];
const codeField = (page) => page.locator('form[action$="/service/code"] [name="code"]');
const typeCode = async (page, code) => {
  await codeField(page).fill(code);
  await page.locator('form[action$="/service/code"] button').click();
};

async function sign(page, prefix, address) {
  await openArticle(page, site, prefix);
  await fillIn(signForm(page), { email: address });
  await send(signForm(page));
  await codeField(page).waitFor();
  return mailTo(site, address);
}

test("the tab moves on when the link is opened in another browser", async () => {
  const { page, leave } = await visitor(browser, site);
  const mail = await sign(page, "/ar/", "elsewhere@example.org");
  await page.locator("[data-gs-note]").waitFor();
  const phone = await visitor(browser, site, { javaScriptEnabled: false });
  await phone.page.goto(linkIn(mail, "/service/confirm/"));
  await phone.page.locator("main form button").click();
  await phone.leave();
  await page.waitForURL((url) => url.hash === "#share-safe-online");
  await speaks(page, "ar");
  assert.ok(await page.locator("#share-safe-online").isVisible());
  await leave();
});

test("a reader's tab moves on too", async () => {
  const { page, leave } = await visitor(browser, site);
  await page.goto(`${site.url}/en/`);
  const form = page.locator('footer form[action$="/newsletters/news/subscribe"]');
  await form.locator('[name="email"]').fill("reader@example.org");
  await form.locator('input[type="checkbox"][name="consent"]').check();
  await form.locator('button[type="submit"]').click();
  await codeField(page).waitFor();
  const waiting = page.url();
  const link = linkIn(await mailTo(site, "reader@example.org"), "/service/confirm/");
  await fetch(link, { method: "POST", redirect: "manual" });
  await page.waitForURL((url) => url.href !== waiting && !url.pathname.startsWith("/service/"));
  await speaks(page, "en");
  assert.equal(await page.locator("[data-gs-waiting]").count(), 0);
  await leave();
});

for (const javaScriptEnabled of [true, false]) {
  test(`the code is typed where the form was sent, scripts: ${javaScriptEnabled}`, async () => {
    const before = await count(site);
    const { page, leave } = await visitor(browser, site, { javaScriptEnabled });
    const mail = await sign(page, "/", `code-${javaScriptEnabled}@example.org`);
    assert.ok(mail.html.includes(codeIn(mail)), "the HTML part holds the code too");
    await typeCode(page, codeIn(mail));
    await page.waitForURL((url) => url.hash === "#share-safe-online");
    await eventually("the count goes up", async () => (await count(site)) === before + 1);
    await leave();
  });
}

test("five wrong codes leave the link, and nothing else changes", async () => {
  const { context, page } = await visitor(browser, site);
  const mail = await sign(page, "/fr/", "wrong@example.org");
  const right = codeIn(mail);
  const wrong = (right.startsWith("1") ? "2" : "1") + right.slice(1);
  let shown;
  for (let time = 0; time < 5; time += 1) {
    await typeCode(page, wrong);
    await page.waitForURL((url) => url.pathname === "/service/code");
    await speaks(page, "fr");
    const now = await page.locator("main").innerText();
    assert.equal(now, shown ?? now);
    shown = now;
  }
  await typeCode(page, right);
  await page.locator(".gs-error").waitFor();
  assert.equal(await page.locator("main").innerText(), shown, "as if it were wrong");
  // The mail once more: the page says the same to everybody.
  await page.locator('form[action$="/service/resend"] button').click();
  await page.waitForURL((url) => url.hash === "#resent");
  assert.ok(await page.locator("#resent").isVisible());
  await page.goto(linkIn(mail, "/service/confirm/"));
  await page.waitForURL((url) => url.hash === "#share-safe-online");
  await context.close();
});

test("a delay of the mail is told while it lasts", async () => {
  const { page, leave } = await visitor(browser, site);
  let minutes = 12;
  await page.route("**/service/waiting", async (route) => {
    const json = minutes ? { state: "pending", mail_minutes: minutes } : { state: "pending" };
    await route.fulfill({ json });
  });
  await sign(page, "/en/", "late@example.org");
  const told = page.locator("[data-gs-minutes]");
  await eventually("it is told", async () => /\b12\b/.test(await told.innerText()));
  minutes = 0;
  await eventually("it is over", async () => !(await told.isVisible()));
  await leave();
});
