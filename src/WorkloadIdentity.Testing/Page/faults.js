// Outages as switches, faults for the next requests, and the signing key.

import { call } from '/page/admin.js';
import { action, byId, make, replace, say, toggle } from '/page/elements.js';

const endpoints = [
  ['tokenEndpoint', 'Token endpoint'],
  ['managedIdentity', 'Managed identity hosts'],
  ['api', 'Protected APIs'],
  ['discovery', 'Discovery and keys'],
  ['assertions', 'Assertion issuers'],
];

const anywhere = [
  ['throttled', '429 for 5 s', { kind: 'throttled', retryAfter: '00:00:05' }],
  ['unavailable', '503', { kind: 'status', status: 503 }],
  ['reset', 'a reset connection', { kind: 'reset' }],
  ['hang', 'no answer', { kind: 'hang' }],
  ['garbage', 'HTML in place of JSON', { kind: 'garbage' }],
  ['delay', 'a delay of 2 s', { kind: 'delay', delay: '00:00:02' }],
];

const only = {
  tokenEndpoint: [
    ['53003', 'AADSTS53003, Conditional Access', { kind: 'refusal', code: 53003 }],
    ['7000222', 'AADSTS7000222, secret expired', { kind: 'refusal', code: 7000222 }],
    ['700016', 'AADSTS700016, application not found', { kind: 'refusal', code: 700016 }],
  ],
  api: [['rejectToken', '401 invalid_token', { kind: 'rejectToken' }]],
};

const faultsOf = endpoint => [...(only[endpoint] ?? []), ...anywhere];

let drawn = '';
let refresh = async () => { };

export function startFaults(onChange) {
  refresh = onChange;
  const [endpoint, kind] = [byId('fault-endpoint'), byId('fault-kind')];
  endpoint.append(...endpoints.map(([key, label]) => make('option', { value: key }, label)));
  const showKinds = () => kind.replaceChildren(...faultsOf(endpoint.value).map(([key, label]) => make('option', { value: key }, label)));
  endpoint.addEventListener('change', showKinds);
  showKinds();

  byId('fault-form').addEventListener('submit', event => {
    event.preventDefault();
    action(async () => {
      const [, label, fault] = faultsOf(endpoint.value).find(([key]) => key === kind.value);
      const times = byId('fault-times').valueAsNumber;
      await call('POST', `faults/${endpoint.value}`, { ...fault, times });
      await refresh();
      say(`The next ${times === 1 ? 'request meets' : `${times} requests meet`} ${label}.`);
    })({ currentTarget: event.submitter ?? event.target });
  });

  const roll = withdrawOld => async () => {
    await call('POST', 'keys/roll', { withdrawOld });
    await refresh();
  };
  byId('key-roll').addEventListener('click', action(roll(false), 'A new key signs. The old ones still verify.'));
  byId('key-withdraw').addEventListener('click', action(roll(true), 'A new key signs. The old ones verify no longer.'));
  byId('faults-clear').addEventListener('click', action(async () => {
    await call('DELETE', 'faults');
    await refresh();
  }, 'All faults and outages have ended.'));
}

export function showFaults(view) {
  byId('key-id').textContent = view.keyId;
  const text = JSON.stringify(view.faults);
  if (text === drawn) {
    return;
  }
  drawn = text;
  const set = async (path, body) => {
    await call('PATCH', path, body);
    await refresh();
  };
  const isOut = endpoints.every(([key]) => view.faults[key].outage);
  replace(byId('faults-list'),
    make('li', {}, toggle('Everything is down', isOut, outage => set('faults', { outage }), null, 'outage all')),
    endpoints.map(([key, label]) => {
      const { outage, pending, latency } = view.faults[key];
      const description = [
        pending > 0 && `${pending} injected ${pending === 1 ? 'fault' : 'faults'} left`, latency && `latency ${latency}`,
      ].filter(Boolean).join(', ');
      return make('li', {},
        toggle(`${label} down`, outage, on => set(`faults/${key}`, { outage: on }), description || null, `outage ${key}`));
    }));
}

/** How many kinds of endpoints are down. */
export const outages = view => endpoints.filter(([key]) => view.faults[key].outage).length;
