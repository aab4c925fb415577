// A visitor subscribes at the foot of a page, confirms, and leaves by one click in the mail program.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { eventually, linkIn, mailTo, startSite } from "./support/program.mjs";
import { languages, speaks } from "./support/supporter.mjs";

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
  test(`subscribes and unsubscribes in ${language}`, async () => {
    const address = `reader-${language}@example.org`;
    const { page, leave } = await visitor(browser, site);
    const subscribe = async () => {
      const form = page.locator('footer form[action$="/newsletters/news/subscribe"]');
      await form.locator('[name="email"]').fill(address);
      await form.locator('input[type="checkbox"][name="consent"]').check();
      await form.locator('button[type="submit"]').click();
      await page.waitForURL((url) => !url.pathname.includes("/service/") && url.pathname !== prefix);
    };
    // What the mails to the reader were about, oldest first, by the links that they hold.
    const subjects = async () => {
      const mails = await (await fetch(`${site.url}/dev/mailbox.json`)).json();
      const mine = mails.filter((mail) => mail.to.includes(address)).sort((a, b) => a.id - b.id);
      const kinds = ["confirm", "export", "unsubscribe"];
      return mine.map((mail) => kinds.find((kind) => mail.text.includes(`/service/${kind}/`)));
    };
    await page.goto(site.url + prefix);
    await subscribe();
    await speaks(page, language);

    await page.goto(linkIn(await mailTo(site, address), "/service/confirm/"));
    await page.waitForURL((url) => !url.pathname.startsWith("/service/"));
    await speaks(page, language);

    const welcome = await mailTo(site, address, /\/service\/unsubscribe\//);
    assert.equal(welcome.headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
    assert.ok(welcome.headers["list-id"], "RFC 2919 List-Id");
    const [, oneClick] = welcome.headers["list-unsubscribe"].match(/<(https?:[^>]+)>/);

    // The reader's own page: a topic, a pause, and the copy of what is known.
    const manage = linkIn(welcome, "/service/manage/");
    await page.goto(manage);
    await speaks(page, language);
    await page.locator('input[name="topics"]').first().check();
    await page.locator('button[value="save"]').click();
    await page.waitForURL(/done=saved/);
    assert.ok(await page.locator('input[name="topics"]').first().isChecked());
    await page.locator('button[value="pause"]').click();
    await page.locator('button[value="resume"]').waitFor();
    await page.locator('button[value="export"]').click();
    await page.waitForURL(/done=mailed/);
    const copyLink = linkIn(await mailTo(site, address, /\/service\/export\//), "/service/export/");
    await page.goto(copyLink);
    await speaks(page, language);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("form.gs-action button").click(),
    ]);
    const copy = JSON.parse(await readFile(await download.path(), "utf8"));
    assert.equal(copy.email, address);
    assert.ok(copy.paused_until && copy.topics.length === 1, JSON.stringify(copy));

    // Looking is not leaving.
    const look = await fetch(oneClick);
    assert.equal(look.status, 200);
    assert.match(await look.text(), /<form[^>]*method="post"/i);

    // RFC 8058: a POST without cookies, answered without a redirect.
    const left = await fetch(oneClick, {
      method: "POST",
      body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
      redirect: "manual",
    });
    assert.equal(left.status, 200);
    const again = await fetch(oneClick, {
      method: "POST",
      body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
      redirect: "manual",
    });
    assert.equal(again.status, 200, "twice is as good as once");

    // The subscription has really ended: who subscribes again is asked again, not told that they
    // are on the list already.
    assert.deepEqual(await subjects(), ["confirm", "unsubscribe", "export"]);
    await page.goto(site.url + prefix);
    await subscribe();
    await eventually("asked to confirm anew", async () => (await subjects()).length === 4);
    assert.deepEqual(await subjects(), ["confirm", "unsubscribe", "export", "confirm"]);
    await leave();
  });
}
