// A supporter reads an article, signs, finds the mail, confirms, and the count goes up.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { count, eventually, linkIn, mailTo, startSite } from "./support/program.mjs";
import { fillIn, languages, openArticle, send, signForm, speaks } from "./support/supporter.mjs";

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

for (const [language, prefix] of Object.entries(languages)) {
  test(`signs in ${language}`, async () => {
    const address = `signer-${language}@example.org`;
    const before = await count(site);
    const { page, leave } = await visitor(browser, site, { locale: language });
    const article = await openArticle(page, site, prefix);
    await speaks(page, language);
    const shown = await shownNumber(page);
    await fillIn(signForm(page), { email: address });
    const posted = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/sign"));
    await send(signForm(page));
    // Solved by our own worker: a form without an answer would be taken too, on a small budget.
    const answer = new URLSearchParams((await posted).postData()).get("altcha");
    assert.ok(answer, "the form holds no answer of the captcha");
    const { challenge, solution } = JSON.parse(Buffer.from(answer, "base64").toString());
    assert.ok(solution.derivedKey.startsWith(challenge.parameters.keyPrefix.toLowerCase()), answer);
    await page.waitForURL((url) => !url.pathname.includes("/service/") && url.pathname !== "/");
    await speaks(page, language);
    assert.equal(await count(site), before, "not counted before it is confirmed");

    const mail = await mailTo(site, address);
    assert.equal(mail.headers["content-language"], language);
    assert.ok(mail.html.includes("<"), "the mail has an HTML part");
    // The same browser: the page confirms by itself.
    await page.goto(linkIn(mail, "/service/confirm/"));
    await page.waitForURL((url) => !url.pathname.startsWith("/service/"));
    await speaks(page, language);
    await eventually("the count goes up", async () => (await count(site)) === before + 1);
    // And on the page itself, at the first look.
    await page.goto(article);
    await eventually("the number on the page goes up", async () => (await shownNumber(page)) === shown + 1, 5_000);
    await leave();
  });
}

/** The number that stands above the form, once the page's script has settled. */
async function shownNumber(page) {
  await page.waitForLoadState("networkidle");
  const box = page.locator(".petition-block [data-gs-number]");
  assert.ok(await box.isVisible());
  return Number((await box.innerText()).replace(/\D/g, ""));
}

test("a form whose last day has passed since the build is taken away", async () => {
  const { page, leave } = await visitor(browser, site);
  const file = "content/petitions/safe-online/index.md";
  const good = await site.read(file);
  const today = new Date().toISOString().slice(0, 10);
  await site.write(file, good.replace('state = "open"', `state = "open"\ncloses = ${today}`));
  const article = `${site.url}/petitions/safe-online/`;
  await eventually("the last day is known", async () => (await (await fetch(article)).text()).includes("data-gs-until"));
  await page.goto(article);
  assert.ok(await signForm(page).isVisible(), "today is still a day to sign");
  await page.clock.setFixedTime(Date.now() + 2 * 86_400_000);
  await page.goto(article);
  await page.locator("[data-gs-ended]").waitFor();
  assert.ok(!(await signForm(page).isVisible()));
  await site.write(file, good);
  await eventually("as before", async () => !(await (await fetch(article)).text()).includes("data-gs-until"));
  await leave();
});

test("signs without JavaScript: in another browser the link shows one button", async () => {
  const address = "no-script@example.org";
  const before = await count(site);
  const { page, leave } = await visitor(browser, site, { javaScriptEnabled: false });
  await openArticle(page, site, "/");
  await fillIn(signForm(page), { email: address });
  await send(signForm(page));
  assert.ok(!page.url().includes("/service/"), page.url());
  await leave();

  const link = linkIn(await mailTo(site, address), "/service/confirm/");
  // A mail scanner follows the link, twice, and with HEAD: nothing is confirmed.
  await fetch(link);
  await fetch(link, { method: "HEAD" });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal(await count(site), before, "a GET confirmed");

  const other = await visitor(browser, site, { javaScriptEnabled: false });
  await other.page.goto(link);
  await speaks(other.page, "nl");
  assert.equal(await other.page.locator("main form button").count(), 1);
  await other.page.locator("main form button").click();
  assert.ok(!other.page.url().includes("/service/"), other.page.url());
  const success = other.page.url();
  await eventually("the count goes up", async () => (await count(site)) === before + 1);

  // Confirming again shows the same page and counts nothing.
  await other.page.goto(link);
  if (other.page.url().includes("/service/")) await other.page.locator("main form button").click();
  assert.equal(other.page.url(), success);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal(await count(site), before + 1);
  await other.leave();
});

test("signs with the keyboard alone", async () => {
  const address = "keyboard@example.org";
  const before = await count(site);
  const { page, leave } = await visitor(browser, site);
  await openArticle(page, site, "/");

  await page.keyboard.press("Tab");
  const skip = await page.evaluate(() => document.activeElement.getAttribute("href"));
  assert.match(skip ?? "", /^#|#main|#inhoud|#content/, "the first stop is the skip link");

  const focused = () =>
    page.evaluate(() => {
      const e = document.activeElement;
      const inForm = e.form?.getAttribute("action")?.endsWith("/petitions/safe-online/sign") ?? false;
      const outline = getComputedStyle(e);
      return {
        name: inForm ? e.name : "",
        type: inForm ? e.type : "",
        visible: outline.outlineStyle !== "none" || outline.boxShadow !== "none",
      };
    });
  const values = { first_name: "Noor", last_name: "Bakker", email: address };
  let sent = false;
  for (let stop = 0; stop < 200 && !sent; stop += 1) {
    await page.keyboard.press("Tab");
    const now = await focused();
    if (!now.type) continue;
    assert.ok(now.visible, `the focus on ${now.name || now.type} cannot be seen`);
    if (now.name in values) await page.keyboard.type(values[now.name]);
    else if (now.name === "consent") await page.keyboard.press("Space");
    else if (now.type === "submit") {
      await page.keyboard.press("Enter");
      sent = true;
    }
  }
  assert.ok(sent, "the button was reached");
  await page.waitForURL((url) => !url.pathname.includes("/service/"));
  const link = linkIn(await mailTo(site, address), "/service/confirm/");
  const other = await visitor(browser, site, { javaScriptEnabled: false });
  await other.page.goto(link);
  for (let stop = 0; stop < 60; stop += 1) {
    await other.page.keyboard.press("Tab");
    if ((await other.page.locator("main form button:focus").count()) > 0) break;
  }
  await other.page.keyboard.press("Enter");
  await eventually("the count goes up", async () => (await count(site)) === before + 1);
  await other.leave();
  await leave();
});

test("mistakes are shown all at once, in the visitor's language, and nothing typed is lost", async () => {
  const { context, page } = await visitor(browser, site, { javaScriptEnabled: false });
  await openArticle(page, site, "/fr/");
  const form = signForm(page);
  await form.locator('[name="first_name"]').fill("=cmd");
  await form.locator('[name="email"]').fill("personne@");
  await form.evaluate((f) => f.setAttribute("novalidate", ""));
  await send(form);
  assert.ok(page.url().includes("/service/petitions/safe-online/sign"), page.url());
  await speaks(page, "fr");
  assert.ok((await page.locator(".gs-error").count()) >= 2, "each faulty field says so");
  assert.equal(await signForm(page).locator('[name="email"]').inputValue(), "personne@");
  // Mended on the spot, it is taken.
  await fillIn(signForm(page), { first: "Léa", email: "mended@example.org" });
  await send(signForm(page));
  assert.ok(!page.url().includes("/service/"), page.url());
  await mailTo(site, "mended@example.org");
  await context.close();
});

test("a signature is withdrawn by the link in the mail", async () => {
  const address = "withdraw@example.org";
  const { page, leave } = await visitor(browser, site);
  await openArticle(page, site, "/en/");
  await fillIn(signForm(page), { email: address });
  await send(signForm(page));
  await page.waitForURL((url) => !url.pathname.includes("/service/"));
  const mail = await mailTo(site, address);
  const before = await count(site);
  await page.goto(linkIn(mail, "/service/confirm/"));
  await eventually("counted", async () => (await count(site)) === before + 1);
  await page.goto(linkIn(mail, "/service/withdraw/"));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  assert.equal(await count(site), before + 1, "opening the link withdrew the signature");
  await page.getByRole("button", { name: "Withdraw my signature" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/service/"));
  await speaks(page, "en");
  await eventually("no longer counted", async () => (await count(site)) === before);
  await leave();
});
