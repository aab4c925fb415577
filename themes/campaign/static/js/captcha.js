// Answers the captcha of the service. Nothing is asked before the visitor touches a form. A form
// whose captcha cannot be reached is sent without an answer: the service has a way for those.
// Works on a partner's site too, where the script comes from ours.
(() => {
  "use strict";
  const me = document.currentScript;
  const words = me.dataset;
  const workerUrl = new URL("altcha-worker.js", me.src);
  const patience = 60_000;

  const encode = (value) => btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))));

  async function json(url) {
    const answer = await fetch(url, { headers: { accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.json();
  }

  /** A worker must be of the page's own origin; one that fetches ours is. */
  function worker() {
    if (workerUrl.origin === location.origin) return new Worker(workerUrl);
    const loads = new Blob([`importScripts(${JSON.stringify(workerUrl.href)})`], { type: "text/javascript" });
    const address = URL.createObjectURL(loads);
    const made = new Worker(address);
    // It has the address by now, or soon.
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
    return made;
  }

  function altcha(challenge) {
    return new Promise((resolve, reject) => {
      const solver = worker();
      const end = (result, error) => {
        clearTimeout(timer);
        solver.terminate();
        if (error) reject(error);
        else resolve(result);
      };
      const timer = setTimeout(() => end(null, new Error("too slow")), patience);
      solver.onerror = () => end(null, new Error("no worker"));
      solver.onmessage = ({ data }) => {
        if (data.solution) end({ challenge, solution: data.solution });
        else end(null, new Error(data.error));
      };
      solver.postMessage(challenge);
    });
  }

  let script;
  function hcaptchaScript(lang) {
    script ??= new Promise((resolve, reject) => {
      window.gsHcaptchaReady = () => resolve(window.hcaptcha);
      const tag = document.createElement("script");
      const query = new URLSearchParams({ render: "explicit", onload: "gsHcaptchaReady", hl: lang });
      tag.src = `https://js.hcaptcha.com/1/api.js?${query}`;
      tag.async = true;
      tag.onerror = () => reject(new Error("hCaptcha cannot be reached"));
      document.head.append(tag);
    });
    return script;
  }

  class Guard {
    constructor(form, place) {
      this.form = form;
      this.url = new URL(place.dataset.gsCaptcha, document.baseURI);
      this.box = form.querySelector("[data-gs-captcha-box]") ?? place;
      this.status = form.querySelector(".gs-status") ?? this.add("p", "gs-status");
      this.status.setAttribute("role", "status");
      form.addEventListener("focusin", () => this.answer().catch(() => {}), { once: true });
      form.addEventListener("submit", (event) => this.submit(event));
      // Back from the next page: the old answer is used up.
      addEventListener("pageshow", (event) => event.persisted && this.reset());
    }

    add(name, style) {
      const element = document.createElement(name);
      element.className = style;
      const button = this.form.querySelector('button[type="submit"], button:not([type])');
      (button ?? this.form.lastElementChild).before(element);
      return element;
    }

    /** The captcha's answer, asked for once: resolves when the form may go. */
    answer() {
      this.pending ??= this.ask().finally(() => (this.settled = true));
      return this.pending;
    }

    async ask() {
      const { provider, challenge_url: challengeUrl, sitekey } = await json(this.url);
      if (provider === "altcha") {
        const payload = await altcha(await json(new URL(challengeUrl, this.url)));
        this.ends = payload.challenge.parameters.expiresAt;
        this.put("altcha", encode(payload));
      } else if (provider === "hcaptcha") {
        await this.challenge(sitekey);
      }
    }

    async challenge(sitekey) {
      const lang = this.form.closest("[lang]")?.lang ?? "";
      const hcaptcha = await hcaptchaScript(lang);
      this.box.textContent = words.thirdParty ?? "";
      const place = document.createElement("div");
      this.box.append(place);
      this.asks = true;
      if (this.waiting) this.say(words.challenge);
      await new Promise((resolve, reject) => {
        hcaptcha.render(place, {
          sitekey,
          hl: lang,
          callback: resolve,
          "error-callback": reject,
          "expired-callback": () => this.reset(),
        });
      });
      this.asks = false;
    }

    put(name, value) {
      let field = this.form.elements.namedItem(name);
      if (!field) {
        field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        this.form.append(field);
      }
      field.value = value;
    }

    reset() {
      this.pending = undefined;
      this.settled = false;
      this.sent = false;
      this.waiting = false;
      this.ends = undefined;
      this.box.textContent = "";
      this.say("");
      this.form.elements.namedItem("altcha")?.remove();
    }

    say(text) {
      this.status.textContent = text ?? "";
    }

    async submit(event) {
      if (this.sent) {
        // On its way: a double click would send the same answer twice.
        event.preventDefault();
        return;
      }
      if (this.ends && this.ends * 1000 < Date.now() + 15_000) this.reset();
      if (this.settled) {
        this.sent = true;
        // A press much later is a second try, with an answer of its own.
        setTimeout(() => this.reset(), 8_000);
        return;
      }
      event.preventDefault();
      if (this.waiting) return;
      this.waiting = true;
      const button = event.submitter;
      button?.setAttribute("aria-disabled", "true");
      const answer = this.answer();
      this.say(this.asks ? words.challenge : words.checking);
      try {
        await answer;
      } catch {
        // Sent without an answer: the service decides.
      }
      button?.removeAttribute("aria-disabled");
      this.say("");
      this.waiting = false;
      // Not within this event: a form that is being sent cannot be sent.
      setTimeout(() => this.form.requestSubmit(button ?? undefined));
    }
  }

  for (const form of document.querySelectorAll("form[method=post]")) {
    const place = form.matches("[data-gs-captcha]") ? form : form.querySelector("[data-gs-captcha]");
    // Two forms to copy on one page bring the script twice.
    if (!place || form.dataset.gsGuarded) continue;
    form.dataset.gsGuarded = "yes";
    new Guard(form, place);
  }
})();
