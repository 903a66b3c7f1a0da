// The journal: the newest requests, live. The list is bounded, whatever happens: older ones are asked for.

import { Unauthorised, call, readEvents } from '/page/admin.js';
import { action, afterPause, byId, make, shown } from '/page/elements.js';

const mostRows = 300;
const times = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23',
});
const kinds = { token: 'Token', managedIdentity: 'Managed identity', api: 'API', discovery: 'Discovery' };

const rows = new Map();
let isLive = true;
let missed = 0;
let lastId = null;

// Answers may come late. Only the answer to the newest question changes the list. What the stream brought meanwhile is newer than the answer.
let newestQuestion = 0;
let arrived = null;

let ending = null;
let followAnew = () => { };

/** Called at each sign-in: the stream and the listeners of the one before end. */
export function startJournal(onConnection, onTotal) {
  ending?.abort();
  ending = new AbortController();
  const { signal } = ending;
  const on = (id, event, listener) => byId(id).addEventListener(event, listener, { signal });
  const reload = () => {
    followAnew();
    return load(onTotal, true).catch(problem => onConnection(problem));
  };
  on('journal-search', 'input', afterPause(reload));
  on('journal-refused', 'change', reload);
  on('journal-live', 'click', () => setLive(!isLive, reload));
  on('journal-older', 'click', action(older));
  on('journal-clear', 'click', action(async () => {
    await call('DELETE', 'journal');
    await load(onTotal, true);
  }, 'The journal is empty.'));
  return watch(onConnection, onTotal, signal);
}

/** Reads events for as long as the page is open, and comes back after the connection broke off. */
async function watch(onConnection, onTotal, signal) {
  // Not after a pause: while requests come faster than they are shown, there is none.
  let reloading = null;
  const reloadSoon = () => {
    reloading ??= setTimeout(() => {
      reloading = null;
      load(onTotal, isLive).catch(onConnection);
    }, 300);
  };
  for (let wait = 500; ; wait = Math.min(wait * 2, 10_000)) {
    // The emulator chooses the entries, so another choice is another stream.
    const choice = new AbortController();
    followAnew = () => choice.abort();
    try {
      if (lastId === null) {
        await load(onTotal, isLive);
      }
      await readEvents(`journal/events?${query()}`, lastId, (name, data, id) => {
        lastId = id;
        if (name === 'gap') {
          reloadSoon();
        } else {
          receive(data);
        }
      }, AbortSignal.any([signal, choice.signal]), () => {
        wait = 500;
        onConnection(null);
      });
    } catch (problem) {
      if (choice.signal.aborted && !signal.aborted) {
        continue;
      }
      if (signal.aborted || problem instanceof Unauthorised) {
        onConnection(problem);
        return;
      }
    }
    onConnection(new Error('The emulator does not answer.'));
    await new Promise(resolve => setTimeout(resolve, wait));
  }
}

function query(extra = {}) {
  const search = byId('journal-search').value.trim();
  return new URLSearchParams({
    ...(search ? { search } : {}), ...(byId('journal-refused').checked ? { refused: 'true' } : {}), ...extra,
  });
}

/** Asks for entries. The answer changes the list, unless there was a newer question meanwhile. */
async function ask(extra, change) {
  const question = ++newestQuestion;
  arrived = [];
  try {
    const answer = await call('GET', `journal/entries?${query(extra)}`);
    if (question === newestQuestion) {
      change(answer.entries);
    }
    return answer;
  } finally {
    if (question === newestQuestion) {
      arrived = null;
    }
  }
}

async function load(onTotal, redraws) {
  const { id, total, entries } = redraws ? await ask({}, redraw) : await call('GET', `journal/entries?${query()}`);
  lastId ??= id;
  onTotal(total);
  note(entries.length);
}

function redraw(entries) {
  rows.clear();
  byId('journal-list').replaceChildren();
  missed = 0;
  for (const entry of entries.toReversed()) {
    put(entry);
  }
  add(arrived);
}

async function older() {
  setLive(false);
  const { entries } = await ask({ before: String(Math.min(...rows.keys())) }, append);
  note(entries.length);
}

function append(entries) {
  const list = byId('journal-list');
  for (const entry of entries) {
    const element = draw(entry);
    rows.set(entry.sequence, { element, text: JSON.stringify(entry) });
    list.append(element);
  }
  for (const entry of arrived.filter(each => rows.has(each.sequence))) {
    put(entry);
  }
  while (list.children.length > 2 * mostRows) {
    rows.delete(Number(list.firstElementChild.dataset.sequence));
    list.firstElementChild.remove();
  }
}

function setLive(live, reload) {
  isLive = live;
  byId('journal-live').setAttribute('aria-pressed', String(live));
  byId('journal-live').textContent = live ? 'Live' : 'Paused';
  if (live) {
    reload();
  }
}

/** New entries, and old ones that are complete now. */
function receive(entries) {
  arrived?.push(...entries);
  add(entries);
}

function add(entries) {
  for (const entry of entries) {
    if (isLive || rows.has(entry.sequence)) {
      put(entry);
    } else {
      missed++;
    }
  }
  note();
}

function put(entry) {
  const list = byId('journal-list');
  const text = JSON.stringify(entry);
  const held = rows.get(entry.sequence);
  if (held?.text === text) {
    return;
  }
  const element = draw(entry);
  if (held) {
    element.firstElementChild.open = held.element.firstElementChild.open;
    held.element.replaceWith(element);
  } else {
    const next = [...list.children].find(each => Number(each.dataset.sequence) < entry.sequence);
    list.insertBefore(element, next ?? null);
  }
  rows.set(entry.sequence, { element, text });
  while (isLive && list.children.length > mostRows) {
    rows.delete(Number(list.lastElementChild.dataset.sequence));
    list.lastElementChild.remove();
  }
}

function note(found = 0) {
  const count = rows.size;
  byId('journal-older').hidden = count === 0 || found < 200 && count < 200;
  byId('journal-note').textContent = !isLive && missed > 0
    ? `${missed} newer ${missed === 1 ? 'request' : 'requests'}. Choose Paused to go on.`
    : count === 0 ? 'No requests yet. They appear here as programs ask for tokens.' : '';
}

/** How a request ended: a class, and words. */
function verdictOf(entry) {
  if (entry.isRefused) {
    return ['bad', entry.status === null ? 'no answer'
      : entry.errorCode ? `AADSTS${entry.errorCode}` : `${entry.status} ${entry.error ?? ''}`.trim()];
  }
  return entry.status === null ? ['waiting', 'waiting']
    : entry.isChallenged ? ['neutral', `${entry.status} challenge`]
      : entry.isProbe ? ['neutral', `${entry.status} probe`] : ['good', String(entry.status)];
}

const titleOf = entry => ({
  token: () => [entry.scope, entry.clientId],
  managedIdentity: () => [entry.resource, `${entry.host}${entry.selector ? `, ${entry.selector}` : ''}`],
  api: () => [`${entry.method} /${entry.path}`, `${entry.audience}, ${entry.clientId ?? 'unknown caller'}`],
  discovery: () => [entry.path, entry.document],
})[entry.kind]();

function draw(entry) {
  const [state, verdict] = verdictOf(entry);
  const [what, who] = titleOf(entry);
  const facts = Object.entries(entry).filter(([name, value]) =>
    value !== null && value !== false && !['sequence', 'kind', 'at', 'reason', 'isRefused'].includes(name));
  return make('li', { class: `entry-row is-${state}`, 'data-sequence': String(entry.sequence) },
    make('details', {},
      make('summary', {},
        make('time', { dateTime: entry.at }, times.format(new Date(entry.at))),
        make('span', { class: 'entry-kind' }, kinds[entry.kind]),
        make('span', { class: 'entry-what' }, shown(what), make('small', {}, shown(who))),
        make('span', { class: `badge ${state}` }, verdict),
        entry.reason && make('span', { class: 'entry-reason' }, entry.reason)),
      make('dl', { class: 'facts' }, facts.map(([name, value]) =>
        make('div', {}, make('dt', {}, name), make('dd', {}, make('code', {}, String(value))))))));
}
