// The playground's own routes: reading, acting, and the stream of what changes.

const BASE = "/playground/api";
const UNREACHABLE = "The playground does not answer. Start it again with: python -m bot play";
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

export async function read(what, parameters) {
  return told(fetch(`${BASE}/${what}?${new URLSearchParams(parameters)}`));
}

/** Do something as a person; `files` maps names to File objects. Throws an Error with a sentence for people. */
export async function act(action, payload, files = {}) {
  const names = Object.keys(files);
  if (!names.length) {
    const headers = { "Content-Type": "application/json" };
    return told(fetch(`${BASE}/${action}`, { method: "POST", headers, body: JSON.stringify(payload) }));
  }
  const form = new FormData();
  form.append("payload_json", JSON.stringify(payload));
  names.forEach((name) => form.append(name, files[name], files[name].name));
  return told(fetch(`${BASE}/${action}`, { method: "POST", body: form }));
}

/** Call back with every event meant for this person, connecting again by itself; returns how to stop. */
export function listen(person, onEvent, onConnection) {
  let source = null;
  let timer = null;
  let wait = FIRST_WAIT_MS;
  const connect = () => {
    source = new EventSource(`${BASE}/events?${new URLSearchParams({ person })}`);
    source.onopen = () => {
      wait = FIRST_WAIT_MS;
      onConnection(true);
    };
    source.onerror = () => {
      source.close();
      onConnection(false);
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
    source.onmessage = (event) => onEvent(JSON.parse(event.data));
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

async function told(asked) {
  const response = await asked.catch(() => {
    throw new Error(UNREACHABLE);
  });
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
