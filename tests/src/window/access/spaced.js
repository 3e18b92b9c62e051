// WCAG 1.4.12: the widest spacing that a reader may set. A sheet that is made here is no foreign one to the page's policy.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }
`);
window.unspaced = document.adoptedStyleSheets;
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
return true;
