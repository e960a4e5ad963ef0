"use strict";
// The key comes in the fragment, which no server sees, or by hand; it is taken out of the address at once.
const given = new URLSearchParams(location.hash.slice(1)).get("key");
if (given) {
  sessionStorage.setItem("key", given);
  history.replaceState(null, "", location.pathname);
}
const at = id => document.getElementById(id);
at("key").value = sessionStorage.getItem("key") ?? "";

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text !== null) made.textContent = text;
  made.append(...children);
  return made;
}

async function get(path) {
  const answer = await fetch(path, { headers: { Authorization: `Bearer ${at("key").value}` } });
  const text = await answer.text();
  return { status: answer.status, text };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function example(content) {
  const media = Object.values(content ?? {}).find(c => c.example !== undefined);
  return media ? JSON.stringify(media.example, null, 2) : null;
}

function parameters(operation) {
  const inputs = new Map();
  const rows = (operation.parameters ?? []).map(p => {
    const input = element("input", null);
    input.placeholder = p.example === undefined ? "" : String(p.example);
    input.setAttribute("aria-label", p.name);
    inputs.set(p, input);
    return element("tr", null, element("td", null, element("code", p.name)), element("td", p.in), element("td", p.description ?? ""), element("td", null, input));
  });
  return { inputs, table: element("table", null, element("tbody", null, ...rows)) };
}

function trying(path, inputs) {
  const button = element("button", "Try it");
  button.type = "button";
  const answer = element("pre", "");
  answer.hidden = true;
  button.addEventListener("click", async () => {
    let target = path;
    const query = new URLSearchParams();
    for (const [p, input] of inputs) {
      if (p.in === "path") target = target.replace(`{${p.name}}`, encodeURIComponent(input.value || input.placeholder));
      else if (input.value) query.set(p.name, input.value);
    }
    const asked = query.size > 0 ? `${target}?${query}` : target;
    answer.hidden = false;
    answer.textContent = `GET ${asked}`;
    try {
      const { status, text } = await get(asked);
      answer.textContent = `GET ${asked}\n${status}\n${pretty(text)}`;
    } catch (problem) {
      answer.textContent = `GET ${asked}\n${problem.message}`;
    }
  });
  return [element("p", null, button), answer];
}

function route(path, method, operation) {
  const verb = element("span", method.toUpperCase());
  verb.className = "method";
  const { inputs, table } = parameters(operation);
  const made = element("details", null, element("summary", null, verb, element("code", path), element("span", ` ${operation.summary ?? ""}`)), table);
  const body = example(operation.requestBody?.content);
  if (body) made.append(element("p", "Takes"), element("pre", body));
  for (const [status, response] of Object.entries(operation.responses ?? {})) {
    const shown = example(response.content);
    made.append(element("p", `${status}: ${response.description ?? ""}`));
    if (shown) made.append(element("pre", shown));
  }
  if (method === "get") made.append(...trying(path, inputs));
  return made;
}

async function show() {
  sessionStorage.setItem("key", at("key").value);
  at("notice").textContent = "Loading…";
  try {
    const { status, text } = await get("/api/openapi/v1.json");
    if (status !== 200) {
      at("notice").textContent = `${status}: ${JSON.parse(text).detail ?? ""}`;
      return;
    }
    const api = JSON.parse(text);
    at("about").textContent = api.info.description ?? "";
    at("routes").replaceChildren(...Object.entries(api.paths).flatMap(([path, item]) =>
      Object.entries(item).filter(([method]) => ["get", "post", "put", "delete"].includes(method)).map(([method, operation]) => route(path, method, operation))));
    at("notice").textContent = "";
  } catch (problem) {
    at("notice").textContent = problem.message;
  }
}

at("show").addEventListener("click", show);
if (at("key").value) show();
else at("notice").textContent = "A key shows the routes: the admin key, or a tenant's.";
