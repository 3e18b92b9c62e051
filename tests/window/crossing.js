// Counts from now on what crosses between the host and the page, in one question or answer at most: rows, and ids of any
// kind. A row is whatever names a candidate, whatever it is an answer to.
window.crossed = { rows: 0, ids: 0, answers: 0, where: '' };
const ask = window.fetch;
const most = (text, what) => {
  const rows = text.match(/"candidate":/g)?.length ?? 0;
  const ids = new Set(text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)).size;
  if (rows > window.crossed.rows || ids > window.crossed.ids) window.crossed.where = what;
  window.crossed.rows = Math.max(window.crossed.rows, rows);
  window.crossed.ids = Math.max(window.crossed.ids, ids);
};
window.fetch = async (...call) => {
  const question = await new Response(call[1]?.body ?? '').text();
  most(question, `asked: ${question.slice(0, 200)}`);
  const answer = await ask(...call);
  most(await answer.clone().text(), `answer to: ${question.slice(0, 200)}`);
  window.crossed.answers += 1;
  return answer;
};
