// The playground's own routes: reading, acting, and the stream of what changes.

const BASE = "/playground/api";

export async function read(what, parameters) {
  return told(await fetch(`${BASE}/${what}?${new URLSearchParams(parameters)}`));
}

/** Do something as a person; `files` maps names to File objects. Throws an Error with a sentence for people. */
export async function act(action, payload, files = {}) {
  const names = Object.keys(files);
  if (!names.length) {
    const headers = { "Content-Type": "application/json" };
    return told(await fetch(`${BASE}/${action}`, { method: "POST", headers, body: JSON.stringify(payload) }));
  }
  const form = new FormData();
  form.append("payload_json", JSON.stringify(payload));
  names.forEach((name) => form.append(name, files[name], files[name].name));
  return told(await fetch(`${BASE}/${action}`, { method: "POST", body: form }));
}

/** Call back with every event meant for this person; returns how to stop. */
export function listen(person, onEvent, onConnection) {
  const source = new EventSource(`${BASE}/events?${new URLSearchParams({ person })}`);
  source.onopen = () => onConnection(true);
  source.onerror = () => onConnection(false);
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  return () => source.close();
}

async function told(response) {
  if (response.ok) return response.json();
  const text = await response.text();
  let sentence = text;
  try {
    sentence = JSON.parse(text).error;
  } catch {
    // a plain sentence
  }
  throw new Error(sentence || `The playground answered ${response.status}.`);
}
