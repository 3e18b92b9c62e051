// Returns [rule, what] for what axe cannot see on a screen at rest.
const found = [];

// WCAG 2.5.8. The skip link shows only while it has the focus, and is measured then.
for (const e of controls()) {
  if (getComputedStyle(e).clipPath !== 'none') continue;
  const { width, height } = target(e);
  if (width < 23.5 || height < 23.5) found.push(['target-size', `${name(e)} is ${Math.round(width)} × ${Math.round(height)}`]);
}

// WCAG 1.4.1: whatever has a tone has an icon and a word with it.
for (const e of scope.querySelectorAll('.state, .notice')) {
  if (!visible(e)) continue;
  const icon = [...e.querySelectorAll('svg')].some(visible);
  if (!icon || !/\p{L}/u.test(e.innerText)) found.push(['colour-alone', name(e)]);
}

// WCAG 2.5.7.
for (const e of scope.querySelectorAll('[draggable="true"]')) found.push(['dragging', name(e)]);

// WCAG 3.2.6: help comes first among what is at the end of the header, on every screen.
if (scope === document) {
  const help = document.querySelector('header [data-testid="help"]');
  const order = [...(help?.closest('.end')?.querySelectorAll('[data-testid]') ?? [])].map((e) => e.dataset.testid);
  const always = order.filter((id) => ['help', 'theme', 'language'].includes(id));
  if (!help || !visible(help) || always.join() !== 'help,theme,language') found.push(['consistent-help', `the header has ${order.join(', ')}`]);
}

// WCAG 3.3.1: a field that is wrong says so, and in words that belong to it.
for (const e of scope.querySelectorAll('[aria-invalid="true"]')) {
  const words = (e.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.innerText ?? '');
  if (!words.some((text) => /\p{L}/u.test(text))) found.push(['error-identification', name(e)]);
}
return found;
