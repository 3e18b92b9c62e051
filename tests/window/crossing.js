// Counts from now on what the host hands to the page: the rows of one answer, and bytes. A row is whatever names a
// candidate, whatever it is an answer to.
window.crossed = { most: 0, answers: 0, bytes: 0 };
const ask = window.fetch;
window.fetch = async (...call) => {
  const answer = await ask(...call);
  const text = await answer.clone().text();
  const rows = text.match(/"candidate":/g)?.length ?? 0;
  window.crossed.most = Math.max(window.crossed.most, rows);
  window.crossed.answers += 1;
  window.crossed.bytes += text.length;
  return answer;
};
