// Buttons for passing an address on that only a script can offer: the share sheet of the phone, and
// copying the address.
(() => {
  "use strict";
  for (const list of document.querySelectorAll("[data-gs-share]")) {
    const { gsShare: url, gsMessage: text } = list.dataset;
    const status = list.parentElement.querySelector(".share-status");
    const offer = (button, act) => {
      button.closest("li").hidden = false;
      button.addEventListener("click", () => act(button).catch(() => {}));
    };
    const sheet = list.querySelector("[data-gs-sheet]");
    if (sheet && navigator.share) offer(sheet, () => navigator.share({ text, url }));
    const copy = list.querySelector("[data-gs-copy]");
    if (copy && navigator.clipboard) {
      offer(copy, async (button) => {
        await navigator.clipboard.writeText(url);
        status.textContent = button.dataset.gsCopied;
      });
    }
  }
})();
