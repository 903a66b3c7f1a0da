// Tenants, applications, managed identities, APIs and issuers, and what an administrator does to them.

import { call } from '/page/admin.js';
import { action, byId, expiry, make, replace, shown, toggle } from '/page/elements.js';
import { settings } from '/page/settings.js';

const kinds = [
  ['applications', 'Applications', application],
  ['managedIdentities', 'Managed identities', identity],
  ['apis', 'APIs', api],
  ['issuers', 'Issuers of assertions', issuer],
  ['tenants', 'Tenants', tenant],
];

let refresh = async () => { };
const drawn = new Map();

export function startDirectory(onChange) {
  refresh = onChange;
  replace(byId('directory-lists'), kinds.map(([key, title]) => make('section', { class: 'kind', 'aria-labelledby': `kind-${key}` },
    make('h3', { id: `kind-${key}` }, title, ' ', make('span', { class: 'count' })),
    make('ul', { class: 'cards', 'data-kind': key }),
    make('p', { class: 'note' }))));
}

export function showDirectory(view) {
  for (const [key, , card] of kinds) {
    const list = document.querySelector(`[data-kind="${key}"]`);
    const { total, items } = view[key];
    list.previousElementSibling.querySelector('.count').textContent = total;
    list.nextElementSibling.textContent = total > items.length ? `${items.length} of ${total} are shown. Search for the others.` : '';

    const before = new Map([...list.children].map(each => [each.dataset.id, each]));
    const cards = items.map(item => {
      const id = item.clientId ?? item.audience ?? item.url ?? item.id;
      const text = JSON.stringify(item);
      const element = before.get(id) ?? make('li', { class: 'card', 'data-id': id });
      if (drawn.get(element) !== text) {
        replace(element, card(item));
        drawn.set(element, text);
      }
      return element;
    });
    // What stands already stays, because a moved element loses the focus.
    cards.forEach((element, index) => {
      if (list.children[index] !== element) {
        list.insertBefore(element, list.children[index] ?? null);
      }
    });
    while (list.children.length > cards.length) {
      drawn.delete(list.lastElementChild);
      list.lastElementChild.remove();
    }
  }
}

const change = (method, path, body) => async () => {
  await call(method, path, body);
  await refresh();
};

const button = (label, focus, run, done) => make('button', { type: 'button', 'data-focus': focus, onclick: action(run, done) }, label);

const row = (term, ...values) => make('div', {}, make('dt', {}, term), make('dd', {}, values));

function application(item) {
  const path = `applications/${item.clientId}`;
  const patch = body => change('PATCH', path, body)();
  const state = !item.isEnabled ? make('span', { class: 'badge bad' }, 'disabled')
    : item.isBlocked ? make('span', { class: 'badge bad' }, 'blocked') : null;
  return [
    make('h4', {}, make('code', {}, item.clientId), ' ', state, item.blueprint && make('span', { class: 'badge' }, 'agent identity')),
    make('dl', { class: 'facts' },
      row('Tenant', make('code', {}, item.tenant)),
      item.blueprint && row('Blueprint', make('code', {}, item.blueprint)),
      item.secrets.length > 0 && row('Secrets', lines(item.secrets.map(secret => [expiry(secret)]))),
      item.certificates.length > 0 && row('Certificates', lines(item.certificates.map(certificate =>
        [make('code', {}, certificate.thumbprint), ` ${certificate.subject} `, expiry(certificate)]))),
      item.trustedSubjects.length > 0 && row('Trusted names', lines(item.trustedSubjects.map(subject => [make('code', {}, subject)]))),
      item.federatedCredentials.length > 0 && row('Federated', lines(item.federatedCredentials.map(trust => [
        make('code', {}, trust.subject), make('span', { class: 'muted' }, ` of ${trust.issuer} for ${trust.audience}`),
        trust.isKnown ? null : make('span', { class: 'badge' }, 'not known yet')]))),
      roles(item)),
    make('div', { class: 'actions' },
      button('Revoke tokens', `revoke ${path}`, change('POST', `${path}/revoke`), `Revoked the tokens of ${item.clientId}.`)),
    make('div', { class: 'switches' },
      toggle('Blocked by Conditional Access', item.isBlocked, isOn => patch({ block: isOn ? { code: 53003 } : null }),
        'AADSTS53003', `block ${path}`),
      toggle('Enabled', item.isEnabled, isOn => patch({ isEnabled: isOn }), null, `enable ${path}`)),
    item.blueprint ? null : settings(`${path}/settings`, item.clientId),
  ].filter(Boolean);
}

function identity(item) {
  const path = `managedIdentities/${item.clientId}`;
  return [
    make('h4', {}, make('code', {}, item.clientId), ' ',
      make('span', { class: 'badge' }, item.isSystemAssigned ? 'system-assigned' : 'user-assigned')),
    make('dl', { class: 'facts' }, row('Object', make('code', {}, item.objectId)), row('Resource', make('code', {}, item.resourceId)),
      roles(item)),
    make('div', { class: 'actions' },
      button('Revoke tokens', `revoke ${path}`, change('POST', `${path}/revoke`), `Revoked the tokens of ${item.clientId}.`)),
    settings(`${path}/settings`, item.clientId),
  ];
}

function api(item) {
  const patch = body => change('PATCH', 'apis', { audience: item.audience, ...body })();
  return [
    make('h4', {}, make('code', {}, item.audience), ' ', item.isGraph && make('span', { class: 'badge' }, 'Graph')),
    make('dl', { class: 'facts' }, row('Address', make('code', {}, item.url)), row('Required role', shown(item.requiredRole))),
    make('div', { class: 'switches' }, toggle('Continuous access', item.hasContinuousAccess,
      isOn => patch({ hasContinuousAccess: isOn }), 'challenges revoked tokens', `cae ${item.audience}`)),
  ];
}

function issuer(item) {
  return [
    make('h4', {}, make('code', {}, item.url), ' ', item.kind !== 'any' && make('span', { class: 'badge' }, item.kind)),
    make('div', { class: 'actions' }, button('Roll key', `roll ${item.url}`,
      change('POST', 'issuers/roll', { url: item.url, withdrawOld: true }), `Rolled the key of ${item.url} and withdrew the old ones.`)),
    make('div', { class: 'switches' }, toggle('Reachable', item.isReachable,
      isOn => change('PATCH', 'issuers', { url: item.url, isReachable: isOn })(), 'off: AADSTS90061', `reach ${item.url}`)),
  ];
}

function tenant(item) {
  return [
    make('h4', {}, make('code', {}, item.id)),
    make('dl', { class: 'facts' },
      row('Domains', shown(item.domains.join(', '))), row('Issuer', make('code', {}, item.issuer))),
  ];
}

const roles = item => item.roles.length > 0 && row('Roles', lines(item.roles.map(({ api: audience, role }) =>
  [make('code', {}, role), make('span', { class: 'muted' }, ` of ${audience}`)])));

const lines = items => make('ul', { class: 'lines' }, items.map(item => make('li', {}, item)));
