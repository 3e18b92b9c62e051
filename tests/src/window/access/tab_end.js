// WCAG 2.1.1: what the Tab key has not come to.
const { stops, seen } = window.way;
return stops.filter((e) => !seen.has(e) && e.isConnected && visible(e)).map((e) => ['keyboard', `${name(e)} is not reached by the Tab key`]);
