// Starts the page: the token, then the state every other second, and the journal as it happens.

import { Unauthorised, changes, hasToken, setToken, takeTokenFromAddress } from '/page/admin.js';
import { afterPause, byId, make, replace, say } from '/page/elements.js';
import { showDirectory, startDirectory } from '/page/directory.js';
import { outages, showFaults, startFaults } from '/page/faults.js';
import { startJournal } from '/page/journal.js';

const view = changes();
let total = null;
let latest = null;
let isStarted = false;

takeTokenFromAddress();
addEventListener('hashchange', () => {
  if (/^#emulator-|token=/.test(location.hash)) {
    takeTokenFromAddress();
    location.reload();
  }
});

byId('entry-form').addEventListener('submit', event => {
  event.preventDefault();
  setToken(byId('token').value.trim());
  byId('token').value = '';
  open();
});

startDirectory(refresh);
startFaults(refresh);
byId('directory-search').addEventListener('input', afterPause(() => refresh().catch(connection)));
setInterval(() => {
  if (isStarted && hasToken() && !document.hidden) {
    refresh().catch(connection);
  }
}, 2000);

if (hasToken()) {
  open();
} else {
  ask('');
}

async function open() {
  try {
    await refresh();
    byId('entry').hidden = true;
    byId('content').hidden = false;
    isStarted = true;
    startJournal(connection, count => {
      total = count;
      summarise();
    });
  } catch (problem) {
    connection(problem);
  }
}

async function refresh() {
  const search = byId('directory-search').value.trim();
  const state = await view(`page?${new URLSearchParams(search ? { search } : {})}`);
  if (state !== null) {
    latest = state;
    showDirectory(state);
    showFaults(state);
    byId('addresses').textContent = `${state.plainAddress} and ${state.secureAddress}`;
    total = state.requests;
    summarise();
  }
}

function summarise() {
  const facts = [
    ['Requests', total ?? '–'],
    ['Applications', latest.applications.total],
    ['APIs', latest.apis.total],
    ['Endpoints down', outages(latest)],
  ];
  replace(byId('summary'), facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, String(value)))));
}

function ask(problem) {
  byId('content').hidden = true;
  byId('entry').hidden = false;
  byId('entry-problem').textContent = problem;
  byId('token').focus();
}

/** Shows whether the emulator answers. A change is announced, and nothing else of the stream is. */
function connection(problem) {
  if (problem instanceof Unauthorised) {
    isStarted = false;
    ask(problem.message);
  }
  const text = problem ? 'Not connected' : 'Live';
  if (byId('connection').textContent !== text) {
    byId('connection').textContent = text;
    byId('connection-dot').classList.toggle('is-on', !problem);
    say(problem ? problem.message : '', Boolean(problem));
  }
}
