// One stop: what is wrong with it, as [rule, what], and whether the way has come round. A page scrolls to what has the focus
// when it is painted next.
const done = arguments[arguments.length - 1];
const look = () => {
  const { before, looks, seen } = window.way;
  const e = document.activeElement;
  if (e === document.body || e === null || seen.has(e)) return { round: true, found: [] };
  const found = [];
  seen.add(e);

  // WCAG 2.4.7. What is a stop only at times, a scrolling list say, was not looked at before.
  if (!e.matches(':focus-visible')) found.push(['focus-visible', `${name(e)} has the focus of a mouse`]);
  const was = before.get(e);
  if (was !== undefined && was === looks(e)) found.push(['focus-visible', `${name(e)} looks the same with the focus`]);

  // WCAG 2.4.11: some of it is in the window, with nothing on top.
  const box = target(e);
  const at = (part, from, to) => from + (to - from) * part;
  const points = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.1, 0.9].map((y) => [at(x, box.left, box.right), at(y, box.top, box.bottom)]));
  const shows = ([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top !== null && (e.contains(top) || top.contains(e) && top !== document.body && top !== document.documentElement && !top.matches('main') || [...(e.labels ?? [])].some((label) => label.contains(top)));
};
if (!points.some(shows)) {
  const top = document.elementFromPoint(...points[0]);
  found.push(['focus-obscured', `${name(e)} is under ${top ? name(top) : 'the edge of the window'}`]);
}

// WCAG 2.4.3: on, or to the right; not back up, as far as the page itself goes.
const place = { e, top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right };
for (let up = e.parentElement; up; up = up.parentElement) {
  if (up === document.documentElement || up === document.body) break;
  place.top += up.scrollTop;
  place.bottom += up.scrollTop;
}
const { last } = window.way;
if (last && place.bottom <= last.top + 1 && place.left <= last.left + 1) {
  found.push(['focus-order', `${name(e)} comes after ${name(last.e)}, which is below it`]);
}
window.way.last = place;
return { round: false, found };
};
requestAnimationFrame(() => requestAnimationFrame(() => done(look())));
