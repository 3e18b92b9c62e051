// Returns [rule, what] for every element whose text a person cannot read in full.
const found = [];
const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const name = (e) => {
  const id = e.closest('[data-testid]')?.dataset.testid;
  const text = e.innerText?.trim().replace(/\s+/g, ' ').slice(0, 60);
  return `<${e.tagName.toLowerCase()}> in ${id ?? 'the page'}: “${text}”`;
};
// For screen readers only: hidden on purpose, by one of the two usual ways.
const forEarsOnly = (e) => {
  if (!e || e === document.body) return false;
  const { width, height } = e.getBoundingClientRect();
  return width <= 1 || height <= 1 || getComputedStyle(e).clipPath !== 'none' || forEarsOnly(e.parentElement);
};

const page = document.documentElement;
if (page.scrollWidth > page.clientWidth) found.push(['overflow', `the page is ${page.scrollWidth - page.clientWidth} px too wide`]);

// Whether something around a line cuts it off for good: what scrolls can be scrolled.
function cut(e, line) {
  let told = false;
  for (let at = e; at && at !== page; at = at.parentElement) {
    const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(at);
    const frame = at.getBoundingClientRect();
    const cuts = (overflow) => overflow === 'hidden' || overflow === 'clip';
    // What ends in an ellipsis may say the whole in its title.
    told ||= textOverflow === 'ellipsis' && at.closest('[title]') !== null;
    const clamped = !['none', undefined].includes(webkitLineClamp) && at.closest('[title]') !== null;
    if (cuts(overflowX) && !told && (line.right > frame.right + 1 || line.left < frame.left - 1)) return true;
    if (cuts(overflowY) && !clamped && (line.bottom > frame.bottom + line.height / 3 || line.top < frame.top - line.height / 3)) return true;
    if ([overflowX, overflowY].some((overflow) => overflow === 'auto' || overflow === 'scroll')) return false;
  }
  return false;
}

// The part of a box that is not scrolled out of sight.
function shown(e, box) {
  let { left, right, top, bottom } = box;
  for (let at = e; at && at !== page; at = at.parentElement) {
    if (getComputedStyle(at).overflow === 'visible') continue;
    const frame = at.getBoundingClientRect();
    [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
    [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
  }
  return { left, right, top, bottom };
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
  for (const whole of range.getClientRects()) {
    if (cut(e, whole)) found.push(['clipped', name(e)]);
    const box = shown(e, whole);
    if (box.right - box.left > 1 && box.bottom - box.top > 1) lines.push({ e, box });
  }
}
// A dialog lies on what is behind it, and a sticky or fixed part on what scrolls under it.
const layer = (e) => {
  for (let at = e; at; at = at.parentElement) {
    if (at.tagName === 'DIALOG' || ['fixed', 'sticky', 'absolute'].includes(getComputedStyle(at).position)) return at;
  }
  return null;
};
for (const { e, box } of lines) {
  const middle = (box.top + box.bottom) / 2;
  for (const x of [box.left + 2, box.right - 2]) {
    const top = document.elementFromPoint(x, middle);
    const apart = top && !e.contains(top) && !top.contains(e) && !top.closest('label')?.contains(e);
    if (apart && !(layer(top) && !layer(e)) && !document.querySelector('dialog[open]')) {
      found.push(['covered', `${name(e)} by ${name(top)}`]);
      break;
    }
  }
}
for (let i = 0; i < lines.length; i += 1) {
  for (let j = i + 1; j < lines.length; j += 1) {
    const [a, b] = [lines[i], lines[j]];
    if (a.e.contains(b.e) || b.e.contains(a.e)) continue;
    const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    // Line boxes of neighbouring lines touch; letters do not, up to a third of their height.
    const least = Math.min(a.box.bottom - a.box.top, b.box.bottom - b.box.top) / 3;
    if (wide > 2 && high > least && layer(a.e) === layer(b.e)) found.push(['overlap', `${name(a.e)} and ${name(b.e)}`]);
  }
}
return found;
