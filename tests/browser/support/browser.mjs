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

/** Playwright puts no limit on a close, and one that meets a page on its way elsewhere may never end. */
async function closed(what, closing) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => {
      console.error(`${what} did not close within 15 s`);
      resolve();
    }, 15_000);
  });
  await Promise.race([closing, late]);
  clearTimeout(timer);
}

export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: await executable(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      // Some machines give /dev/shm no room, and pages then die.
      "--disable-dev-shm-usage",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  const close = browser.close.bind(browser);
  browser.close = () => closed("the browser", close());
  return browser;
}

/**
 * A fresh visitor. `leave()` ends the visit and fails if a foreign host was asked or a script failed.
 * @param {string[]} allowedHosts hosts that may be asked besides the site's own
 */
export async function visitor(browser, site, options = {}, allowedHosts = []) {
  const context = await browser.newContext(options);
  const close = context.close.bind(context);
  context.close = () => closed("a visit", close());
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
