// The admin API, called with the token that this tab holds.

const key = 'emulator-admin-token';

/** The token was missing or refused. */
export class Unauthorised extends Error { }

/** Takes the token out of the address, so that it is in no bookmark and no copied link. */
export function takeTokenFromAddress() {
  const fragment = location.hash.slice(1);
  const token = fragment.startsWith('emulator-') ? fragment : new URLSearchParams(fragment).get('token');
  if (token !== null) {
    history.replaceState(null, '', location.pathname);
    setToken(token);
  }
}

export const hasToken = () => sessionStorage.getItem(key) !== null;

export const setToken = token => sessionStorage.setItem(key, token);

export const forgetToken = () => sessionStorage.removeItem(key);

/** Sends a request below /admin/ and returns the response; throws what went wrong in words. */
async function send(method, path, { body, headers = {}, signal } = {}) {
  const token = sessionStorage.getItem(key);
  if (token === null || !/^[\x21-\x7e]+$/.test(token)) {
    throw new Unauthorised('The token is missing, or has characters that no admin token has.');
  }
  const response = await fetch(`/admin/${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
  });
  if (response.status === 401) {
    forgetToken();
    throw new Unauthorised('The emulator refused this token. It has a new one after each start.');
  }
  if (!response.ok && response.status !== 304) {
    const text = await response.text();
    throw new Error(problemsOf(text) ?? `${response.status} ${text.slice(0, 300)}`);
  }
  return response;
}

/** The answer as an object; null if there is none. */
export async function call(method, path, body) {
  const response = await send(method, path, { body });
  return response.status === 204 ? null : await response.json();
}

/** An answer that is null while it has not changed since the last call of the returned function. */
export function changes() {
  let [lastPath, tag] = [null, null];
  return async path => {
    const headers = path === lastPath && tag !== null ? { 'If-None-Match': tag } : {};
    const response = await send('GET', path, { headers });
    if (response.status === 304) {
      return null;
    }
    [lastPath, tag] = [path, response.headers.get('ETag')];
    return await response.json();
  };
}

/**
 * Reads server-sent events from an id on until the connection ends. EventSource cannot send the token.
 * @param {(event: string, data: any, id: string) => void} onEvent
 */
export async function readEvents(path, id, onEvent, signal, onOpen) {
  const response = await send('GET', path, { headers: { 'Last-Event-ID': id, Accept: 'text/event-stream' }, signal });
  onOpen();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split('\n').filter(line => !line.startsWith(':')).map(line => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)];
        }));
      if (fields.event) {
        onEvent(fields.event, JSON.parse(fields.data), fields.id);
      }
    }
  }
}

function problemsOf(text) {
  try {
    return JSON.parse(text).problems.map(problem => [problem.path, problem.message].filter(Boolean).join(': ')).join(' ');
  } catch {
    return null;
  }
}
