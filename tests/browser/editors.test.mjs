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

  // A mistake: the message is there, the article below it too.
  await site.write("content/news/new-helpline/index.md", article.replace('lead = "', "lead = "));
  const overlay = page.locator("#groundswell-errors");
  await overlay.waitFor();
  const text = await overlay.innerText();
  assert.match(text, /content\/news\/new-helpline\/index\.md:\d+/);
  await picture("mistake", page);
  await site.write("content/news/new-helpline/index.md", article);
  await overlay.waitFor({ state: "detached" });
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
  await page.close();
});
