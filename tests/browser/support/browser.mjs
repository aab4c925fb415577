// A real Chromium, with a guard: a page that asks a third party for anything fails its test.
import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { chromium } from "playwright-core";

const candidates = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

async function executable() {
  for (const candidate of candidates.filter(Boolean)) {
    try {
      await access(candidate);
      return candidate;
    } catch {
      // the next one
    }
  }
  throw new Error("no Chromium found: install the package `chromium`, or set CHROMIUM to its path");
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: await executable(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * A fresh visitor. `leave()` ends the visit and fails if a foreign host was asked or a script failed.
 * @param {string[]} allowedHosts hosts that may be asked besides the site's own
 */
export async function visitor(browser, site, options = {}, allowedHosts = []) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const foreign = [];
  const broken = [];
  const own = new URL(site.url).host;
  context.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    const local = protocol === "data:" || protocol === "blob:" || host === own;
    if (!local && !allowedHosts.includes(host)) foreign.push(request.url());
  });
  page.on("pageerror", (error) => broken.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") broken.push(message.text());
  });
  return {
    context,
    page,
    broken,
    async leave() {
      await context.close();
      assert.deepEqual(foreign, [], "third parties were asked");
      assert.deepEqual(broken, [], "errors in the browser's console");
    },
  };
}
