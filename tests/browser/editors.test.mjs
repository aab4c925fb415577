// docs/editors.md, followed to the letter: its examples are taken from its own text. With PICTURES
// set to a folder, the guide's pictures are taken on the way (PICTURES=docs/pictures).
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { startBrowser } from "./support/browser.mjs";
import { count, eventually, linkIn, mailTo, repository, startSite } from "./support/program.mjs";
import { fillIn, openArticle, send } from "./support/supporter.mjs";

let site;
let browser;
let article;
let petition;
before(async () => {
  const guide = await readFile(path.join(repository, "docs/editors.md"), "utf8");
  const examples = [...guide.matchAll(/^ {3}```markdown\n([\s\S]*?)^ {3}```$/gm)].map(([, text]) =>
    text.replace(/^ {3}/gm, ""),
  );
  [article, petition] = examples;
  site = await startSite();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

const wide = { width: 1200, height: 800 };
const narrow = { width: 375, height: 800 };

async function open(address, viewport = wide) {
  const page = await browser.newPage({ viewport });
  await page.goto(address);
  return page;
}

async function picture(name, ...pages) {
  if (!process.env.PICTURES) return;
  const folder = path.resolve(repository, process.env.PICTURES);
  await mkdir(folder, { recursive: true });
  const shots = [];
  for (const page of pages) shots.push((await page.screenshot()).toString("base64"));
  const frame = await browser.newPage({ viewport: { width: 1100, height: 600 } });
  await frame.setContent(`<style>body{margin:0;padding:16px;display:inline-flex;gap:20px;align-items:flex-start;background:#e8e4dc}
    img{height:520px;border:1px solid #999;border-radius:6px;background:#fff}</style>
    ${shots.map((shot) => `<img src="data:image/png;base64,${shot}">`).join("")}`);
  const bytes = await frame.locator("body").screenshot();
  await writeFile(path.join(folder, `${name}.png`), bytes);
  await frame.close();
}

/** Waits until an address answers with a page that holds the text. */
const shows = (address, text) =>
  eventually(`${address} with ${text}`, async () => {
    const answer = await fetch(site.url + address);
    return answer.ok && (await answer.text()).includes(text);
  });

/** Goes to an address, though the open page may be following a saved file at that moment. */
const goTo = (page, address) => eventually(address, () => page.goto(address));

test("publish an article", async () => {
  const home = await open(`${site.url}/`);
  const homeOnPhone = await open(`${site.url}/en/`, narrow);
  await picture("home", home, homeOnPhone);
  await home.close();
  await homeOnPhone.close();
  const known = await browser.newPage({ viewport: wide });
  const address = await openArticle(known, site, "/");
  const phone = await open(address, narrow);
  await picture("article", known, phone);
  await known.close();
  await phone.close();

  await mkdir(site.file("content/news/new-helpline"), { recursive: true });
  await site.write("content/news/new-helpline/index.md", article);
  await shows("/news/hulplijn-dag-en-nacht/", "Wat er verandert");
  await shows("/news/", "Onze hulplijn is voortaan dag en nacht open");
  const page = await open(`${site.url}/news/hulplijn-dag-en-nacht/`);
  assert.equal(await page.locator("h1").innerText(), "Onze hulplijn is voortaan dag en nacht open");
  assert.ok(await page.getByText("24 november 2026").isVisible());
  assert.ok(await page.locator('form[action$="/petitions/safe-online/sign"]').count());

  // "The article stands first in the news list of the Dutch site."
  const list = await open(`${site.url}/news/`);
  assert.equal(await list.locator("main .cards h2").first().innerText(), "Onze hulplijn is voortaan dag en nacht open");
  await list.close();

  // A mistake: the message is there, the article below it too.
  await site.write("content/news/new-helpline/index.md", article.replace('lead = "', "lead = "));
  const overlay = page.locator("#groundswell-errors");
  await overlay.waitFor();
  const text = await overlay.innerText();
  assert.match(text, /content\/news\/new-helpline\/index\.md:\d+/);
  await picture("mistake", page);
  await site.write("content/news/new-helpline/index.md", article);
  await overlay.waitFor({ state: "detached" });

  // Step 4, but for Arabic: "a language that you leave out simply lacks the article".
  for (const [language, title, category] of [
    ["en", "Our helpline is now open day and night", "Prevention and care"],
    ["fr", "Notre ligne d’écoute est ouverte jour et nuit", "Prévention et accompagnement"],
  ]) {
    const translated = article
      .replace(/^title = .*$/m, `title = "${title}"`)
      .replace(/^slug = .*$/m, 'slug = "helpline-day-and-night"')
      .replace(/^categories = .*$/m, `categories = ["${category}"]`)
      .concat(`\n[Mission](@/mission.${language}.md)\n`);
    await site.write(`content/news/new-helpline/index.${language}.md`, translated);
    const address = `/${language}/news/helpline-day-and-night/`;
    await shows(address, `/${language}/mission/`);
    await goTo(page, site.url + address);
    assert.equal(await page.locator("h1").innerText(), title);
    assert.ok(await page.locator(".programme a").getAttribute("href").then((href) => href.includes(`/${language}/`)));
    assert.ok(await page.locator('form[action$="/petitions/safe-online/sign"]').count());
    await goTo(page, `${site.url}/${language}/news/`);
    assert.equal(await page.locator("main .cards h2").first().innerText(), title, "it stands first");
  }
  await goTo(page, `${site.url}/news/hulplijn-dag-en-nacht/`);
  const switcher = page.locator("header .languages");
  const leadsTo = (language) => switcher.locator(`a[hreflang="${language}"]`).evaluate((link) => link.href);
  assert.equal(await leadsTo("fr"), `${site.url}/fr/news/helpline-day-and-night/`);
  // "The language switcher leads to that language's front page."
  assert.equal(await leadsTo("ar"), `${site.url}/ar/`);
  await goTo(page, `${site.url}/ar/news/`);
  assert.equal(await page.locator('main a[href*="helpline"]').count(), 0);
  await page.close();
});

test("publish a petition", async () => {
  const folder = "content/petitions/safe-schools";
  await mkdir(site.file(folder), { recursive: true });
  for (const language of ["en", "fr", "ar"]) {
    await site.write(
      `${folder}/index.${language}.md`,
      petition.replace(/\[extra\.petition\][\s\S]*?(?=\[extra\.petition_texts\])/, ""),
    );
  }
  await site.write(`${folder}/index.md`, petition);
  await shows("/petitions/safe-schools/", "Een vertrouwenspersoon op elke school");
  const draft = await (await fetch(`${site.url}/petitions/safe-schools/`)).text();
  assert.doesNotMatch(draft, /safe-schools\/sign/, "a draft cannot be signed");
  for (const prefix of ["/", "/en/", "/fr/", "/ar/"]) {
    await shows(`${prefix}petitions/safe-schools/`, "noindex");
    const list = await (await fetch(`${site.url}${prefix}petitions/`)).text();
    assert.doesNotMatch(list, /petitions\/safe-schools\//, "a draft stands in no list");
  }

  await site.write(`${folder}/index.md`, petition.replace('state = "draft"', 'state = "open"'));
  await shows("/petitions/safe-schools/", "/service/petitions/safe-schools/sign");
  await eventually("the service knows the petition", async () => (await count(site, "safe-schools")) === 0);

  const page = await open(`${site.url}/petitions/safe-schools/`);
  const phone = await open(`${site.url}/petitions/safe-schools/#petition`, narrow);
  await picture("petition", page, phone);
  await phone.close();
  const form = page.locator('form[action$="/petitions/safe-schools/sign"]');
  await fillIn(form, { email: "editor@example.org" });
  await send(form);
  await page.waitForURL(/\/steps\//);
  const mail = await mailTo(site, "editor@example.org");
  const mailbox = await open(`${site.url}/dev/mailbox/${mail.id}`);
  await picture("mailbox", mailbox);
  await mailbox.close();
  await page.goto(linkIn(mail, "/service/confirm/"));
  await page.waitForURL((url) => !url.pathname.startsWith("/service/"));
  await eventually("the number goes up", async () => (await count(site, "safe-schools")) === 1);
  // "The number on the page goes up."
  await goTo(page, `${site.url}/petitions/safe-schools/`);
  await page.locator("[data-gs-number]").filter({ hasText: /^1$/ }).waitFor();

  // Not for every language: the others show the way.
  const open_ = petition.replace('state = "draft"', 'state = "open"');
  await site.write(`${folder}/index.md`, open_.replace(/^state = .*$/m, '$&\nlanguages = ["nl", "en"]'));
  await shows("/fr/petitions/safe-schools/", "form-languages");
  await goTo(page, `${site.url}/fr/petitions/safe-schools/`);
  assert.equal(await page.locator('form[action$="/sign"]').count(), 0);
  assert.deepEqual(
    await page.locator(".form-languages a").evaluateAll((links) => links.map((link) => link.href)),
    [`${site.url}/en/petitions/safe-schools/`, `${site.url}/petitions/safe-schools/`],
  );
  await shows("/en/petitions/safe-schools/", "safe-schools/sign");

  // To show it at the end of an article, name its file there.
  const other = "content/news/words-matter/index.md";
  const text = await site.read(other);
  const naming = 'petition_page = "petitions/safe-schools/index.md"';
  await site.write(other, text.includes("petition_page") ? text.replace(/^petition_page = .*$/m, naming) : text.replace("[extra]", `[extra]\n${naming}`));
  await shows("/news/waarom-woorden-ertoe-doen/", "safe-schools/sign");

  // Later: only the state changes, and each language says what came of it.
  const outcome = { "": "De minister neemt het over.", ".en": "The minister agrees.", ".fr": "Le ministre accepte.", ".ar": "وافق الوزير." };
  for (const [code, sentence] of Object.entries(outcome)) {
    const file = `${folder}/index${code}.md`;
    const now = (await site.read(file)).replace(/^languages = .*\n/m, "").replace('state = "open"', 'state = "won"');
    await site.write(file, now.replace("[extra]", `[extra]\noutcome = "${sentence}"`));
  }
  for (const [prefix, sentence] of [["/", outcome[""]], ["/en/", outcome[".en"]], ["/fr/", outcome[".fr"]], ["/ar/", outcome[".ar"]]]) {
    await shows(`${prefix}petitions/safe-schools/`, sentence);
    await goTo(page, `${site.url}${prefix}petitions/safe-schools/`);
    assert.equal(await page.locator('form[action$="/sign"]').count(), 0);
    await goTo(page, `${site.url}${prefix}petitions/`);
    const past = page.locator('section[aria-labelledby="past"]');
    assert.ok(await past.getByText(sentence).isVisible(), "its card says so too");
  }
  await page.close();
});
