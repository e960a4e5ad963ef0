"use strict";
// The key comes in the fragment, which no server sees; it is taken out of the address at once.
const given = new URLSearchParams(location.hash.slice(1)).get("key");
if (given) {
  sessionStorage.setItem("key", given);
  history.replaceState(null, "", location.pathname);
}
const key = sessionStorage.getItem("key");
const at = id => document.getElementById(id);

async function get(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${key}` } });
  if (answer.status === 401) throw new Error("The key is not accepted: open the link that the command printed.");
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

function row(cells) {
  const tr = document.createElement("tr");
  for (const [text, kind] of cells) {
    const td = document.createElement("td");
    td.textContent = text;
    if (kind) td.className = kind;
    tr.append(td);
  }
  return tr;
}

async function show() {
  const runs = await get("/api/runs?limit=1");
  if (runs.items.length === 0) {
    at("notice").textContent = "No run yet.";
    return;
  }
  const run = await get(`/api/runs/${encodeURIComponent(runs.items[0].run)}`);
  const eta = run.etaSeconds === null ? "" : `, about ${run.etaSeconds} s left`;
  at("notice").textContent = `${run.run}: ${run.status}, ${run.percent} %${eta}`;
  at("bar").value = run.percent;
  const r = run.records;
  at("counts").textContent = `${run.tenants.completed} of ${run.tenants.total} tenants, ${run.chunks.completed} of ${run.chunks.total} chunks; `
    + `${r.read} records read = ${r.accepted} accepted + ${r.duplicate} duplicate + ${r.quarantined} quarantined`;
  at("tables").replaceChildren(...run.details.flatMap(t => t.tables.map(x => row([
    [t.tenant], [x.table], [x.status, x.status], [`${x.chunks.completed}/${x.chunks.total}`, "n"],
    [x.records.accepted, "n"], [x.records.duplicate, "n"], [x.records.quarantined, "n"], [x.reason ?? ""]]))));
}

async function loop() {
  try {
    await show();
  } catch (problem) {
    at("notice").textContent = problem.message;
  }
  setTimeout(loop, 1000);
}

if (key) loop();
else at("notice").textContent = "No key: open the link that the command printed.";
