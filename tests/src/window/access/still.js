// With reduced motion nothing moves: returns [rule, what] of each element that would.
const found = [];
const seconds = (list) => list.split(',').map((one) => parseFloat(one) * (one.trim().endsWith('ms') ? 0.001 : 1));
for (const e of document.querySelectorAll('*')) {
  for (const part of [null, '::before', '::after']) {
    const { transitionDuration, animationDuration, animationName, animationIterationCount } = getComputedStyle(e, part);
    const moves = seconds(transitionDuration).some((one) => one > 0.001);
    const runs = animationName !== 'none' && (seconds(animationDuration).some((one) => one > 0.001) || animationIterationCount === 'infinite');
    if (moves || runs) found.push(['motion', `<${e.tagName.toLowerCase()} class="${e.getAttribute('class') ?? ''}">${part ?? ''}`]);
  }
}
return found;
