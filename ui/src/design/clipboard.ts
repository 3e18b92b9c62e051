/** Puts text on the clipboard. Says whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** For webviews that do not offer the clipboard to a page. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.className = 'visually-hidden';
  area.value = text;
  // Inside an open dialog nothing outside it can be selected.
  const home = document.activeElement?.closest('dialog') ?? document.body;
  home.append(area);
  const before = document.activeElement;
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
