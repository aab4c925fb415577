// What a supporter does, step by step, in whatever language the page is in.
import assert from "node:assert/strict";

/** Language code to the start of its addresses. */
export const languages = { nl: "/", en: "/en/", fr: "/fr/", ar: "/ar/" };

/** The address of the newest article that shows the open petition, found through the news list. */
export async function openArticle(page, site, prefix) {
  await page.goto(site.url + prefix);
  // The menu's own link to the news, whatever it is called in this language.
  const news = page.locator(`nav a[href*="/${"news"}"], nav a[href*="nieuws"], nav a[href*="actualites"]`);
  const href = (await news.count()) > 0 ? await news.first().getAttribute("href") : `${site.url}${prefix}news/`;
  await page.goto(href);
  const articles = await page
    .locator("main article a[href], main h2 a[href], main h3 a[href]")
    .evaluateAll((links) => [...new Set(links.map((a) => a.href))]);
  for (const article of articles) {
    await page.goto(article);
    if ((await page.locator('form[action$="/petitions/safe-online/sign"]').count()) > 0) return article;
  }
  throw new Error(`no article with the petition's form among ${articles.join(", ")}`);
}

export const signForm = (page) => page.locator('form[action$="/petitions/safe-online/sign"]');

export async function fillIn(form, { first = "Sanne", last = "Jansen", email, newsletter = false }) {
  await form.locator('[name="first_name"]').fill(first);
  const lastName = form.locator('[name="last_name"]');
  if ((await lastName.count()) > 0) await lastName.fill(last);
  await form.locator('[name="email"]').fill(email);
  const consent = form.locator('input[type="checkbox"][name="consent"]');
  if ((await consent.count()) > 0) await consent.check();
  if (newsletter) await form.locator('input[name="newsletter"]').check();
}

export const send = (form) => form.locator('button[type="submit"], input[type="submit"]').click();

/** Fails unless the page speaks the language and writes in its direction. */
export async function speaks(page, language) {
  const html = page.locator("html");
  assert.equal((await html.getAttribute("lang")).slice(0, 2), language);
  assert.equal((await html.getAttribute("dir")) ?? "ltr", language === "ar" ? "rtl" : "ltr");
}
