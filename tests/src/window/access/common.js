// Shared by the checks beside this file; it stands before each of them in one function.
const visible = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const name = (e) => {
  const id = e.closest('[data-testid]')?.dataset.testid;
  const text = (e.innerText || e.getAttribute('aria-label') || e.value || '').trim().replace(/\s+/g, ' ').slice(0, 60);
  return `<${e.tagName.toLowerCase()}> in ${id ?? 'the page'}: “${text}”`;
};
const scope = document.querySelector('dialog[open]') ?? document;
const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex]';
const controls = () =>
  [...scope.querySelectorAll(CONTROLS)].filter(
    (e) => visible(e) && e.tabIndex >= 0 && !e.matches(':disabled') && !e.closest('[inert]'),
  );
// What a press on it hits: of a tick-box or radio button, its label as well.
const target = (e) => {
  const boxes = [e, ...(e.matches('[type=radio], [type=checkbox]') ? e.labels : [])].map((one) => one.getBoundingClientRect());
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const [right, bottom] = [Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
  return { left, top, right, bottom, width: right - left, height: bottom - top };
};
