// Returns [rule, what] for every element whose text a person cannot read in full.
const found = [];
const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const name = (e) => {
  const id = e.closest('[data-testid]')?.dataset.testid;
  const text = e.innerText?.trim().replace(/\s+/g, ' ').slice(0, 60);
  return `<${e.tagName.toLowerCase()}> in ${id ?? 'the page'}: “${text}”`;
};
// For screen readers only: hidden on purpose, by the usual one-pixel box.
const forEarsOnly = (e) => e.clientWidth <= 1 || e.clientHeight <= 1;

const page = document.documentElement;
if (page.scrollWidth > page.clientWidth) found.push(['overflow', `the page is ${page.scrollWidth - page.clientWidth} px too wide`]);

const all = [...document.body.querySelectorAll('*')].filter((e) => visible(e));
for (const e of all) {
  if (forEarsOnly(e) || !e.innerText?.trim()) continue;
  const style = getComputedStyle(e);
  const cuts = (overflow) => overflow === 'hidden' || overflow === 'clip';
  // A person can see the whole of what ends in an ellipsis when it says so in its title.
  const told = style.textOverflow === 'ellipsis' && (e.title || e.closest('[title]'));
  if (cuts(style.overflowX) && e.scrollWidth > e.clientWidth + 1 && !told) found.push(['clipped', name(e)]);
  if (cuts(style.overflowY) && e.scrollHeight > e.clientHeight + 1) found.push(['clipped', name(e)]);
}

// Lines of text, each with the element that holds it.
const lines = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const e = node.parentElement;
  if (!node.data.trim() || !e || !visible(e) || forEarsOnly(e)) continue;
  if (e.closest('select, option, [aria-hidden="true"]')) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const box of range.getClientRects()) if (box.width > 1 && box.height > 1) lines.push({ e, box });
}
// A dialog lies on what is behind it, and a sticky or fixed part on what scrolls under it.
const layer = (e) => {
  for (let at = e; at; at = at.parentElement) {
    if (at.tagName === 'DIALOG' || ['fixed', 'sticky', 'absolute'].includes(getComputedStyle(at).position)) return at;
  }
  return null;
};
for (let i = 0; i < lines.length; i += 1) {
  for (let j = i + 1; j < lines.length; j += 1) {
    const [a, b] = [lines[i], lines[j]];
    if (a.e.contains(b.e) || b.e.contains(a.e)) continue;
    const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    // Line boxes of neighbouring lines touch; letters do not, up to a third of their height.
    const least = Math.min(a.box.height, b.box.height) / 3;
    if (wide > 2 && high > least && layer(a.e) === layer(b.e)) found.push(['overlap', `${name(a.e)} and ${name(b.e)}`]);
  }
}
return found;
