// Reloads this page when the site changed; shows faults of the build over it.
(() => {
  const id = "groundswell-errors";
  let known = null;

  function hide() {
    document.getElementById(id)?.remove();
  }

  function show(faults) {
    hide();
    const box = document.createElement("div");
    box.id = id;
    box.setAttribute("role", "alert");
    box.dir = "ltr";
    box.lang = "en";
    box.style.cssText =
      "position:fixed;inset:auto 0 0 0;max-height:70vh;overflow:auto;z-index:2147483647;" +
      "background:#2b0f12;color:#fff;font:15px/1.5 ui-monospace,monospace;padding:1rem 1.25rem;" +
      "border-top:4px solid #ff6b6b;white-space:pre-wrap;text-align:left";
    const title = document.createElement("strong");
    title.textContent =
      (faults.length === 1 ? "1 mistake" : faults.length + " mistakes") +
      ". You see the site as it was before.";
    box.append(title);
    for (const fault of faults) {
      const line = document.createElement("div");
      line.style.marginTop = ".75rem";
      line.textContent = fault;
      box.append(line);
    }
    (document.body ?? document.documentElement).append(box);
  }

  function listen() {
    const events = new EventSource("/__groundswell/events");
    events.onmessage = (event) => {
      const state = JSON.parse(event.data);
      if (known !== null && state.version !== known) {
        location.reload();
        return;
      }
      known = state.version;
      if (state.faults.length) show(state.faults);
      else hide();
    };
    // A page that is left must not hold its connection: browsers allow only a few per host.
    addEventListener("pagehide", () => events.close());
  }

  addEventListener("pageshow", (event) => event.persisted && listen());
  listen();
})();
