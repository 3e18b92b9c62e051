// Gets ready for a way through the screen by the Tab key: notes how everything looks without the focus, and puts the
// focus on what comes first. Returns how many stops there are to be.
const looks = (e) => {
  // What stands for a hidden one, its label say, may show the focus in its place.
  const { outlineStyle, outlineWidth, boxShadow, backgroundColor, borderColor } = getComputedStyle(e);
  return [outlineStyle === 'none' ? '' : outlineStyle + outlineWidth, boxShadow, backgroundColor, borderColor].join();
};
document.activeElement?.blur();
const all = controls();
// Of a group of radio buttons one is a stop, the chosen one or the first; the others are reached by the arrow keys.
const isStop = (e) => {
  if (e.type !== 'radio' || e.name === '') return true;
  const group = all.filter((one) => one.type === 'radio' && one.name === e.name && one.form === e.form);
  return e === (group.find((one) => one.checked) ?? group[0]);
};
const stops = all.filter(isStop);
window.way = { stops, looks, before: new Map(stops.map((e) => [e, looks(e)])), seen: new Set(), last: null };
stops[0]?.focus();
return stops.length;
