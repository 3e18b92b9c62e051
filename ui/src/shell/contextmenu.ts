/**
 * The web view's own menu (Reload, Inspect Element) is no part of an app. Where there is text to cut, copy or paste it is
 * of use, and stays.
 */
export function keepMenuToText(page: Document): void {
  page.addEventListener('contextmenu', (event) => {
    const field = event.target instanceof Element && event.target.closest('input, textarea');
    const selected = page.getSelection()?.isCollapsed === false;
    if (!field && !selected) event.preventDefault();
  });
}
