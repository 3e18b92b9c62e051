// Writes down what a screen reader is given to say from now on. A region that was there beforehand speaks when its words
// change; one that appears with its words in it may stay unheard, but for an alert.
const POLITE = '[role="status"], [aria-live="polite"]';
const text = (e) => e.textContent.trim().replace(/\s+/g, ' ');
const regions = new Map([...document.querySelectorAll(POLITE)].map((e) => [e, text(e)]));
window.heard = { said: [], unheard: [] };
window.listener?.disconnect();
window.listener = new MutationObserver(() => {
  for (const e of document.querySelectorAll(POLITE)) {
    const now = text(e);
    if (!regions.has(e)) {
      regions.set(e, now);
      if (now !== '' && e.checkVisibility()) window.heard.unheard.push(now);
    } else if (regions.get(e) !== now) {
      regions.set(e, now);
      if (now !== '' && e.checkVisibility()) window.heard.said.push(now);
    }
  }
});
window.listener.observe(document.body, { childList: true, subtree: true, characterData: true });
return true;
