// A partner puts the site's snippet on its own page: its visitors sign there, and are counted for it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { startBrowser, visitor } from "./support/browser.mjs";
import { binaries, count, eventually, linkIn, mailTo, startSite } from "./support/program.mjs";
import { fillIn, languages, send, signForm, speaks } from "./support/supporter.mjs";

let site;
let browser;
let partner;
let stranger;
before(async () => {
  site = await startSite();
  browser = await startBrowser();
  partner = await elsewhere();
  stranger = await elsewhere();
  const facts = "content/petitions/safe-online/index.md";
  const written = await site.read(facts);
  const named = written.replace("https://noorderlicht.example", partner.origin);
  assert.notEqual(named, written, "the demonstration's petition names a partner");
  await site.write(facts, named);
  await eventually("the partner is known", async () => (await text(`${site.url}/embed/`)).includes(partner.host));
});
after(async () => {
  await browser?.close();
  partner?.server.close();
  stranger?.server.close();
  await site?.stop();
});

const text = async (url) => (await fetch(url)).text();

/** A site of somebody else, that shows what `body` says. */
async function elsewhere() {
  const page = { body: "" };
  page.server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html; charset=utf-8");
    answer.end(`<!doctype html><html lang="en"><title>A partner</title><link rel="icon" href="data:,">${page.body}</html>`);
  });
  await new Promise((resolve) => page.server.listen(0, "127.0.0.1", resolve));
  page.origin = `http://127.0.0.1:${page.server.address().port}`;
  page.host = new URL(page.origin).host;
  return page;
}

/** What the page for partners offers to copy. */
async function snippet(page, prefix) {
  await page.goto(`${site.url}${prefix}embed/`);
  return page.locator("main textarea").inputValue();
}

/** The service's own figures: signatures that came from the partner. */
async function brought() {
  const { stdout } = await promisify(execFile)(path.join(binaries, "petition-service"), ["partners"], {
    env: {
      ...process.env,
      PETITION_SERVICE__PUBLIC_URL: `${site.url}/service`,
      PETITION_SERVICE__CAMPAIGN_FILE: site.file(".groundswell/campaign.json"),
      PETITION_SERVICE__DATABASE__URL: `sqlite:${site.file(".groundswell/trial.sqlite")}`,
      PETITION_SERVICE__SECRETS__KEY: "c".repeat(64),
      PETITION_SERVICE__SEALING__PUBLIC_KEY: await publicKey(),
      PETITION_SERVICE__MAIL__HOST: "127.0.0.1",
      PETITION_SERVICE__MAIL__SENDER: "no-reply@site.example",
    },
  });
  return Number(stdout.match(/^safe-online\tnoorderlicht\t(\d+)$/m)?.[1] ?? 0);
}

async function publicKey() {
  const key = site.file(`.groundswell/figures-${Date.now()}.key`);
  const { stdout } = await promisify(execFile)(path.join(binaries, "petition-service"), ["keygen", "--out", key]);
  return stdout.match(/gwpk1[\w-]+/)[0];
}

for (const [language, prefix] of Object.entries(languages)) {
  test(`a partner's visitor signs in ${language}, without JavaScript`, async () => {
    const address = `partner-${language}@example.org`;
    const [total, theirs] = [await count(site), await brought()];
    const options = { locale: language, javaScriptEnabled: false };
    const { page, leave } = await visitor(browser, site, options, [partner.host]);
    partner.body = await snippet(page, prefix);
    await page.goto(partner.origin);
    await fillIn(signForm(page), { email: address });
    await send(signForm(page));
    assert.equal(page.url(), `${site.url}${prefix}steps/check-mail/`);
    await speaks(page, language);
    await page.goto(linkIn(await mailTo(site, address), "/service/confirm/"));
    await page.locator("main form button").click();
    assert.ok(!page.url().includes("/service/"), page.url());
    await eventually("it counts", async () => (await count(site)) === total + 1);
    assert.equal(await brought(), theirs + 1);
    await leave();
  });
}

for (const [language, prefix] of [["nl", "/"], ["ar", "/ar/"]]) {
  test(`the captcha is answered on a partner's page, in ${language}`, async () => {
    const address = `partner-captcha-${language}@example.org`;
    const { page, leave } = await visitor(browser, site, { locale: language }, [partner.host]);
    const form = await snippet(page, prefix);
    // The policy that docs/editors.md asks of a partner who has one. Two forms are two.
    const policy = `default-src 'none'; img-src data:; script-src ${site.url}; connect-src ${site.url}; worker-src blob:; form-action ${site.url}`;
    partner.body = `<meta http-equiv="content-security-policy" content="${policy}">${form}${form}`;
    await page.goto(partner.origin);
    const first = signForm(page).first();
    await fillIn(first, { email: address });
    const sent = page.waitForRequest((request) => request.url().endsWith("/petitions/safe-online/sign"));
    await send(first);
    const answer = new URLSearchParams((await sent).postData()).getAll("altcha");
    assert.equal(answer.length, 1);
    assert.ok(JSON.parse(atob(answer[0])).solution, "solved");
    await page.waitForURL(`${site.url}${prefix}steps/check-mail/`);
    await mailTo(site, address);
    await leave();
  });
}

test("a partner's page that lets no script through still sends its form", async () => {
  const address = "partner-no-script@example.org";
  const { page, context } = await visitor(browser, site, {}, [partner.host]);
  const policy = `script-src 'none'; form-action ${site.url}`;
  partner.body = `<meta http-equiv="content-security-policy" content="${policy}">${await snippet(page, "/en/")}`;
  await page.goto(partner.origin);
  await fillIn(signForm(page), { email: address });
  await send(signForm(page));
  await page.waitForURL(`${site.url}/en/steps/check-mail/`);
  await mailTo(site, address);
  await context.close();
});

test("the same form on anybody else's site is refused", async () => {
  const address = "stranger@example.org";
  const { page, context, broken } = await visitor(browser, site, {}, [stranger.host]);
  stranger.body = await snippet(page, "/");
  await page.goto(stranger.origin);
  await fillIn(signForm(page), { email: address });
  const answered = page.waitForResponse((answer) => answer.url().endsWith("/petitions/safe-online/sign"));
  await send(signForm(page));
  assert.equal((await answered).status(), 403);
  await page.waitForLoadState();
  await speaks(page, "nl");
  // The browser's console says it too, and that the stranger's page may not read our captcha.
  assert.ok(broken.some((line) => /CORS policy/.test(line)), broken.join("\n"));
  assert.ok(broken.every((line) => /403|CORS policy|ERR_FAILED/.test(line)), broken.join("\n"));
  await context.close();
  const mails = await (await fetch(`${site.url}/dev/mailbox.json`)).json();
  assert.ok(!mails.some((mail) => mail.to.includes(address)));
});

test("nobody meets the page for partners by chance", async () => {
  assert.ok(!(await text(`${site.url}/sitemap.xml`)).includes("/embed/"));
  for (const [language, prefix] of Object.entries(languages)) {
    const page = await text(`${site.url}${prefix}embed/`);
    assert.match(page, /<meta name="robots" content="noindex">/);
    assert.ok(!(await text(`${site.url}${prefix}`)).includes("/embed/"), language);
    assert.ok(!(await text(`${site.url}/search_index.${language}.json`)).includes("/embed/"), language);
  }
});
