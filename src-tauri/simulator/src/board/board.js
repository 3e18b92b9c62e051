// The board: shows /control/state and gives orders through the control API. Elements are kept and updated in place, so
// that nothing that somebody is using is replaced under their hands.
"use strict";

const LEDGER_LINES = 60;
const byId = (id) => document.getElementById(id);

/** Makes an element: properties, then children. Text only, never HTML. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Brings a container's children into line with `items`; `create` gives `{node, update}`. */
function keep(container, items, keyOf, create) {
  container.parts ??= new Map();
  const seen = new Set();
  let previous = null;
  for (const item of items) {
    const key = keyOf(item);
    seen.add(key);
    let part = container.parts.get(key);
    if (!part) {
      part = create(item);
      container.parts.set(key, part);
    }
    part.update(item);
    const expected = previous ? previous.nextSibling : container.firstChild;
    if (expected !== part.node) container.insertBefore(part.node, expected);
    previous = part.node;
  }
  for (const [key, part] of container.parts) {
    if (!seen.has(key)) {
      part.node.remove();
      container.parts.delete(key);
    }
  }
}

function notice(text) {
  const element = byId("notice");
  setText(element, text);
  element.hidden = text === "";
}

async function order(method, path, body) {
  try {
    const answer = await fetch(`/control${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) {
      const text = await answer.text();
      notice(`That did not work: ${text.slice(0, 200)}`);
      return false;
    }
    notice("");
  } catch {
    notice("The simulator does not answer.");
    return false;
  }
  await refresh();
  return true;
}

const segment = encodeURIComponent;

function chips(tags) {
  const list = make("ul", { className: "chips" });
  const update = (texts) =>
    keep(list, texts, (text) => text, (text) => ({
      node: make("li", { className: text.startsWith("Refapp ") ? "chip ours" : "chip" }, text),
      update() {},
    }));
  update(tags);
  return { node: list, update };
}

let state = null;

// Candidates, by posting.

function candidateCard({ id }) {
  // Its address is what a dry run and a test candidate ask for.
  const name = make("a", { target: "_blank", rel: "noopener", className: "name", "data-testid": `page-${id}` });
  const now = make("span", { className: "quiet-text" });
  const tags = chips([]);
  const select = make("select", { id: `stage-${id}`, "data-testid": `stage-${id}` });
  const label = make("label", { htmlFor: select.id, className: "hidden" });
  const button = make("button", { type: "button", "data-testid": `move-${id}` }, "Move");
  let touched = false;
  select.addEventListener("change", () => (touched = true));
  button.addEventListener("click", async () => {
    const by = byId("mover").value || null;
    button.disabled = true;
    setText(button, "Moving…");
    // Said at once.
    const before = now.textContent;
    setText(now, select.selectedOptions[0].textContent);
    if (await order("POST", "/lever/move", { opportunity: id, stage: select.value, by })) touched = false;
    else setText(now, before);
    setText(button, "Move");
    button.disabled = false;
  });
  const node = make("li", { className: "card", "data-testid": `candidate-${id}` },
    make("div", { className: "head" }, name, now), tags.node, make("div", { className: "row" }, label, select, button));
  return {
    node,
    update(opportunity) {
      const shown = opportunity.name || "(no name)";
      setText(name, shown);
      if (name.href !== opportunity.urls.show) name.href = opportunity.urls.show;
      setText(label, `Stage of ${shown}`);
      const stage = state.lever.stages.find((known) => known.id === opportunity.stage);
      const marks = [stage ? stage.text : "unknown stage"];
      if (opportunity.archived) marks.push("archived");
      if (opportunity.isAnonymized) marks.push("anonymised");
      if (!opportunity.emails.length && !opportunity.phones.length) marks.push("no e-mail, no phone");
      const notes = opportunity.notes.filter((note) => !note.deletedAt).length;
      if (notes) marks.push(notes === 1 ? "1 note" : `${notes} notes`);
      setText(now, marks.join(" · "));
      node.dataset.stage = stage ? stage.text : "";
      button.setAttribute("aria-label", `Move ${shown}`);
      tags.update(opportunity.tags.filter((tag) => tag.startsWith("Refapp ")));
      keep(select, state.lever.stages, (known) => known.id, () => {
        const option = make("option");
        return {
          node: option,
          update(known) {
            option.value = known.id;
            setText(option, known.text);
          },
        };
      });
      if (!touched && document.activeElement !== select) select.value = opportunity.stage;
    },
  };
}

function postingColumn({ id }) {
  const title = make("h3");
  const now = make("span", { className: "quiet-text" });
  const input = make("input", { id: `tags-${id}`, "data-testid": `tags-${id}` });
  const button = make("button", { "data-testid": `save-tags-${id}`, className: "quiet" }, "Save tags");
  const form = make("form", { className: "row" }, make("label", { htmlFor: input.id }, "Tags"), input, button);
  let touched = false;
  input.addEventListener("input", () => (touched = true));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const tags = input.value.split(",").map((tag) => tag.trim()).filter(Boolean);
    if (await order("PATCH", `/lever/postings/${segment(id)}`, { tags })) touched = false;
  });
  const list = make("ul", { className: "cards" });
  const node = make("div", { className: "column", "data-testid": `posting-${id || "none"}` },
    make("div", { className: "head" }, title, now));
  if (id) node.append(form);
  node.append(list);
  return {
    node,
    update(posting) {
      setText(title, posting.text);
      setText(now, posting.state || "");
      if (!touched && document.activeElement !== input) input.value = (posting.tags || []).join(", ");
      keep(list, posting.opportunities, (opportunity) => opportunity.id, candidateCard);
    },
  };
}

function showCandidates() {
  const { users, postings, opportunities, webhook_groups } = state.lever;
  // A name that is none, such as one that looks like HTML, comes last: it is there to be shown as it is.
  const odd = ({ name }) => Number(!/^\p{L}/u.test(name));
  const sorted = [...opportunities].sort((a, b) => odd(a) - odd(b) || a.name.localeCompare(b.name));
  const of = (posting) => sorted.filter((opportunity) => opportunity.posting === posting);
  const columns = postings.map((posting) => ({ ...posting, opportunities: of(posting.id) }));
  columns.push({ id: "", text: "Without a posting", opportunities: of(null) });
  keep(byId("postings"), columns.filter((column) => column.id || column.opportunities.length), (c) => c.id, postingColumn);
  const movers = [...users.filter((user) => !user.deactivatedAt), { id: "", name: "the API, without a user", accessRole: "" }];
  keep(byId("mover"), movers, (user) => user.id, () => {
    const option = make("option");
    return {
      node: option,
      update(user) {
        option.value = user.id;
        setText(option, user.accessRole ? `${user.name} (${user.accessRole})` : user.name);
      },
    };
  });
  byId("webhooks").checked = webhook_groups.candidateStageChange;
}

// Checks.

const STEPS = [
  ["accept", "Accept"],
  ["candidate-names-referees", "Candidate names referees"],
  ["referee-answers", "Referee answers"],
  ["referee-declines", "Referee declines"],
  ["complete", "Complete"],
  ["fail", "Fail"],
];

function checkCard({ id, result_id: resultId }) {
  const name = make("strong", { className: "name" });
  const badge = make("span", { className: "badge" });
  const facts = make("p", { className: "quiet-text" });
  const bar = make("progress", { max: 1, value: 0 });
  const buttons = STEPS.map(([step, label]) => {
    const button = make("button", { type: "button", className: step === "fail" ? "quiet danger" : "quiet", "data-testid": `check-${resultId || id}-${step}` }, label);
    button.addEventListener("click", () => order("POST", `/refapp/checks/${segment(id)}/${step}`));
    return button;
  });
  const node = make("article", { className: "card wide", "data-testid": `check-${resultId || id}` },
    make("div", { className: "head" }, name, badge), facts, bar, make("div", { className: "row wrap" }, ...buttons));
  return {
    node,
    update(check) {
      const project = state.refapp.projects.find((known) => known.id === check.project_id);
      setText(name, check.name || "(no name)");
      setText(badge, check.status);
      badge.dataset.status = check.status;
      node.dataset.status = check.status;
      const counts = check.counts;
      const said = [project ? project.title : "", project && project.template ? `template ${project.template}` : "no template"];
      if (counts) {
        said.push(`${counts.completed} of ${counts.total} answered`);
        if (counts.declined) said.push(`${counts.declined} declined`);
        if (counts.remaining_to_submit) said.push(`${counts.remaining_to_submit} still to be named`);
      }
      if (check.on_hold) said.push("on hold: no questionnaire in the candidate's language");
      if (check.fraud_warnings.length) said.push(`warnings: ${check.fraud_warnings.join(", ")}`);
      if (project) said.push(`members: ${project.members.map((member) => member.name || member.email).join(", ")}`);
      setText(facts, said.filter(Boolean).join(" · "));
      bar.max = counts ? Math.max(counts.total, 1) : 1;
      bar.value = counts ? counts.completed : 0;
      bar.setAttribute("aria-label", `Answers for ${check.name}`);
    },
  };
}

function showChecks() {
  const checks = [...state.refapp.checks].reverse();
  byId("no-checks").hidden = checks.length > 0;
  keep(byId("check-list"), checks, (check) => check.id, checkCard);
}

// Templates.

function templateRow({ id }) {
  const input = make("input", { id: `template-${id}`, "data-testid": `template-label-${id}`, maxLength: 80, required: true });
  const label = make("label", { htmlFor: input.id, className: "hidden" }, "Template");
  const rename = make("button", { className: "quiet", "data-testid": `rename-template-${id}` }, "Rename");
  const remove = make("button", { type: "button", className: "quiet danger", "data-testid": `remove-template-${id}` }, "Remove");
  const form = make("form", { className: "row" }, label, input, rename, remove);
  let touched = false;
  input.addEventListener("input", () => (touched = true));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await order("PATCH", `/refapp/templates/${segment(id)}`, { label: input.value })) touched = false;
  });
  remove.addEventListener("click", () => order("DELETE", `/refapp/templates/${segment(id)}`));
  return {
    node: make("li", { "data-testid": `template-${id}` }, form),
    update(template) {
      if (!touched && document.activeElement !== input) input.value = template.label;
      rename.setAttribute("aria-label", `Rename ${template.label}`);
      remove.setAttribute("aria-label", `Remove ${template.label}`);
    },
  };
}

// Access.

function grantRow({ data_centre: dataCentre }) {
  const text = make("span");
  const button = make("button", { type: "button", className: "quiet danger", "data-testid": `revoke-${dataCentre}` }, "Revoke access");
  button.addEventListener("click", () => order("POST", "/lever/revoke", { data_centre: dataCentre }));
  return {
    node: make("li", { className: "row", "data-testid": `grant-${dataCentre}` }, text, button),
    update(grant) {
      const user = state.lever.users.find((known) => known.id === grant.user);
      setText(text, `${grant.client}, authorized by ${user ? user.name : "somebody"}${grant.revoked ? ": revoked" : ""}`);
      button.disabled = grant.revoked;
      button.setAttribute("aria-label", `Revoke access of ${grant.client}`);
    },
  };
}

function keyCard({ name, value, data_centre: dataCentre }) {
  const now = make("span", { className: "quiet-text" });
  const list = make("ul", { className: "ticks" });
  const remove = make("button", { type: "button", className: "quiet danger", "data-testid": `delete-key-${value}` }, "Delete key");
  remove.setAttribute("aria-label", `Delete ${name}`);
  remove.addEventListener("click", () => order("DELETE", `/lever/keys/${segment(value)}`));
  const details = make("details", {}, make("summary", {}, "Permissions"), list);
  return {
    node: make("div", { className: "card wide", "data-testid": `key-${value}` },
      make("div", { className: "head" }, make("strong", {}, name), now), make("code", {}, value), details, remove),
    update(key) {
      setText(now, key.deleted ? "deleted" : `${dataCentre.toUpperCase()} · ${key.rights.length} permissions`);
      remove.disabled = key.deleted;
      keep(list, state.lever.rights, (right) => right, (right) => {
        const box = make("input", { type: "checkbox", "data-testid": `right-${value}-${right.replaceAll(" ", "-")}` });
        box.addEventListener("change", () => order("PATCH", `/lever/keys/${segment(value)}`, { rights: { [right]: box.checked } }));
        return {
          node: make("li", {}, make("label", { className: "switch" }, box, make("span", {}, right))),
          update() {},
          box,
        };
      });
      for (const [right, part] of list.parts) {
        part.box.checked = key.rights.includes(right);
        part.box.disabled = key.deleted;
      }
    },
  };
}

function showAccess() {
  const latest = new Map(state.lever.grants.map((grant) => [grant.data_centre, grant]));
  const grants = [...latest.values()];
  byId("no-grants").hidden = grants.length > 0;
  keep(byId("grants"), grants, (grant) => grant.data_centre, grantRow);
  keep(byId("keys"), state.lever.keys, (key) => key.value, keyCard);
}

// The whole.

let running = null;
let again = false;

/** Reads the state and shows it; calls while one is under way are answered by one more reading. */
function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    do {
      again = false;
      const [answer, autopilot] = await Promise.all([fetch("/control/state"), fetch("/control/autopilot")]);
      state = await answer.json();
      byId("autopilot").checked = (await autopilot.json()).interval_ms !== null;
      showCandidates();
      showChecks();
      keep(byId("template-list"), state.refapp.templates, (template) => template.id, templateRow);
      showAccess();
    } while (again);
  })().finally(() => (running = null));
  return running;
}

let lines = [];

/** As the style sheet knows the ledger's columns. */
const COLUMNS = ["short", "short", "short", "short", "request", "credential", "answer"];

function ledgerRow(entry) {
  const answer = entry.status === null ? "no answer" : String(entry.status);
  const cells = [String(entry.seq), new Date(entry.at).toLocaleTimeString("en-GB"), entry.side, entry.call,
    `${entry.method} ${entry.path}`, entry.credential || "", entry.fault ? `${answer} (fault: ${entry.fault})` : answer];
  const row = make("tr", {}, ...cells.map((text, place) => make("td", { className: COLUMNS[place] }, text)));
  row.dataset.side = entry.side;
  row.dataset.good = String(entry.applied && entry.answered);
  return { node: row, update() {} };
}

async function follow() {
  let since = 0;
  let wait = 0;
  for (;;) {
    try {
      const answer = await fetch(`/control/ledger?since=${since}&wait=${wait}`);
      const { entries, last } = await answer.json();
      wait = 25000;
      if (entries.length) {
        since = last;
        lines = [...lines, ...entries].slice(-LEDGER_LINES);
        keep(byId("ledger-rows"), [...lines].reverse(), (entry) => entry.seq, ledgerRow);
        await refresh();
      }
    } catch {
      notice("The simulator does not answer.");
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

byId("autopilot").addEventListener("change", (event) =>
  order("PATCH", "/autopilot", { interval_ms: event.target.checked ? 3000 : null }));
byId("webhooks").addEventListener("change", (event) =>
  order("PATCH", "/lever/webhook-groups", { candidateStageChange: event.target.checked }));
byId("new-template").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = byId("new-template-label");
  if (await order("POST", "/refapp/templates", { label: input.value.trim() })) input.value = "";
});

refresh().then(follow, () => notice("The simulator does not answer."));
