// The captchas as a browser meets them: ALTCHA's own widget against our service, and hCaptcha with
// its script stood in for (it lies with a third party) and a local server in place of its verifier.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import { test } from "node:test";
import { startBrowser, visitor } from "./support/browser.mjs";
import { mailTo, startSite } from "./support/program.mjs";
import { fillIn, openArticle, send, signForm } from "./support/supporter.mjs";

test("ALTCHA's own widget solves our challenge and the service takes its answer", async () => {
  const site = await startSite();
  const browser = await startBrowser();
  try {
    const widget = await readFile(createRequire(import.meta.url).resolve("altcha"), "utf8");
    const { page, context } = await visitor(browser, site);
    // On the service's origin, but on a page of our own making without a security policy.
    await context.route("**/widget-test", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><html lang="en"><title>t</title><script type="module" src="/widget.js"></script>
          <form><altcha-widget challenge="/service/captcha/altcha?form=safe-online" auto="onload" name="altcha"></altcha-widget></form>`,
      }),
    );
    await context.route("**/widget.js", (route) => route.fulfill({ contentType: "text/javascript", body: widget }));
    await page.goto(`${site.url}/widget-test`);
    const payload = await page.waitForFunction(
      () => document.querySelector('input[name="altcha"]')?.value || null,
      null,
      { timeout: 60_000 },
    );
    const form = new URLSearchParams({
      lang: "en",
      form_page: `${site.url}/en/`,
      first_name: "Wida",
      last_name: "Get",
      email: "widget@example.org",
      consent: "yes",
      altcha: await payload.jsonValue(),
    });
    const post = () =>
      fetch(`${site.url}/service/petitions/safe-online/sign`, { method: "POST", body: form, redirect: "manual" });
    assert.equal((await post()).status, 303);
    await mailTo(site, "widget@example.org");
    form.set("email", "replay@example.org");
    assert.equal((await post()).status, 422, "an answer is good for one form");
    form.set("altcha", "garbage");
    assert.equal((await post()).status, 422);
    await context.close();
  } finally {
    await browser.close();
    await site.stop();
  }
});

test("a button pressed twice sends one form", async () => {
  const site = await startSite();
  const browser = await startBrowser();
  try {
    const { page, context } = await visitor(browser, site);
    let posts = 0;
    // Slow enough for a second press while the first form is on its way.
    await context.route("**/petitions/safe-online/sign", async (route) => {
      posts += 1;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.continue();
    });
    await openArticle(page, site, "/en/");
    await fillIn(signForm(page), { email: "twice@example.org" });
    await signForm(page).evaluate((form) =>
      form.addEventListener("submit", (event) => {
        if (!event.defaultPrevented) setTimeout(() => form.requestSubmit(), 100);
      }),
    );
    await send(signForm(page));
    await page.waitForURL(/\/steps\//);
    assert.equal(posts, 1);
    await mailTo(site, "twice@example.org");
    await context.close();
  } finally {
    await browser.close();
    await site.stop();
  }
});

test("hCaptcha: loaded only on interaction, its answer verified, and none taken for granted", async () => {
  let answer = { success: true, hostname: "127.0.0.1" };
  const asked = [];
  const verifier = http.createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      asked.push(new URLSearchParams(body));
      response.setHeader("content-type", "application/json");
      response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    });
  });
  await new Promise((resolve) => verifier.listen(0, "127.0.0.1", resolve));
  const site = await startSite({
    serviceConfig: `
[captcha]
provider = "hcaptcha"
on_unavailable = "refuse"
[captcha.hcaptcha]
sitekey = "10000000-ffff-ffff-ffff-000000000001"
secret = "0x0000000000000000000000000000000000000000"
hostnames = ["127.0.0.1"]
verify_url = "http://127.0.0.1:${verifier.address().port}/siteverify"
allow_test_keys = true
`,
  });
  const browser = await startBrowser();
  try {
    const { page, context } = await visitor(browser, site, {}, ["js.hcaptcha.com"]);
    const loaded = [];
    await context.route("https://js.hcaptcha.com/**", (route) => {
      loaded.push(route.request().url());
      return route.fulfill({
        contentType: "text/javascript",
        // What the real script offers and the theme uses: render with a callback.
        body: `window.hcaptcha = {
          render(container, options) {
            const element = typeof container === "string" ? document.getElementById(container) : container;
            const field = document.createElement("textarea");
            field.name = "h-captcha-response"; field.hidden = true; field.value = "stand-in-token";
            element.append(field);
            setTimeout(() => { const f = options && options.callback; (typeof f === "string" ? window[f] : f)?.("stand-in-token"); }, 10);
            return 0;
          },
          getResponse() { return "stand-in-token"; }, execute() {}, reset() {} };
          const on = new URL(document.currentScript.src).searchParams.get("onload"); if (on) window[on]?.();`,
      });
    });
    await openArticle(page, site, "/");
    assert.deepEqual(loaded, [], "nothing is loaded from the third party before the visitor acts");
    await fillIn(signForm(page), { email: "hcaptcha@example.org" });
    await send(signForm(page));
    await page.waitForURL(/\/steps\//);
    assert.ok(loaded.length > 0);
    assert.equal(asked[0].get("response"), "stand-in-token");
    assert.equal(asked[0].get("sitekey"), "10000000-ffff-ffff-ffff-000000000001");
    await mailTo(site, "hcaptcha@example.org");
    await context.close();

    const post = (email) =>
      fetch(`${site.url}/service/petitions/safe-online/sign`, {
        method: "POST",
        redirect: "manual",
        body: new URLSearchParams({
          lang: "nl",
          first_name: "A",
          last_name: "B",
          email,
          consent: "yes",
          "h-captcha-response": "token",
        }),
      });
    for (const bad of [
      { success: false, "error-codes": ["invalid-or-already-seen-response"] },
      { success: true, hostname: "elsewhere.example" },
      "<html>not json</html>",
      {},
    ]) {
      answer = bad;
      const { status } = await post("refused@example.org");
      assert.ok(status >= 400, `${JSON.stringify(bad)} was taken: ${status}`);
    }
  } finally {
    await browser.close();
    await site.stop();
    verifier.close();
  }
});
