// The settings of one application or managed identity, to copy. A secret is masked here: only the clipboard gets it.

import { call } from '/page/admin.js';
import { action, make, say } from '/page/elements.js';

const forms = [
  ['dotnet', '.NET code'],
  ['appsettings', 'appsettings.json'],
  ['environment', 'Environment'],
  ['json', 'JSON'],
];

let chosen = forms[0][0];

/** @param {string} path Where the admin API has them. */
export function settings(path, name) {
  const text = make('pre', { tabIndex: 0, role: 'tabpanel', 'aria-label': `Settings of ${name}` });
  const note = make('p', { class: 'note' });
  let content = null;

  const tabs = forms.map(([key, label]) => make('button', {
    type: 'button', role: 'tab', class: 'tab', 'data-form': key, onclick: () => show(key),
    onkeydown: event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        event.preventDefault();
        const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length];
        show(next.dataset.form);
        next.focus();
      }
    },
  }, label));

  function show(key) {
    chosen = key;
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', String(tab.dataset.form === key));
      tab.tabIndex = tab.dataset.form === key ? 0 : -1;
    }
    text.textContent = content?.[key] ?? '';
    note.textContent = content?.note ?? '';
  }

  const copy = action(async () => {
    const full = content?.hasSecret ? await call('GET', `${path}?secret=included`) : content;
    await navigator.clipboard.writeText(full[chosen]);
    say(content?.hasSecret ? 'Copied, with the secret.' : 'Copied.');
  });

  show(chosen);
  return make('details', {
    class: 'settings', 'data-key': `settings ${path}`,
    ontoggle: async event => {
      if (event.currentTarget.open && content === null) {
        try {
          content = await call('GET', path);
          show(chosen);
        } catch (problem) {
          say(problem.message, true);
        }
      }
    },
  },
    make('summary', { 'data-focus': `settings ${path}` }, 'Settings to copy'),
    make('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Form of the settings' }, tabs),
    text,
    make('div', { class: 'actions' }, make('button', { type: 'button', 'data-focus': `copy ${path}`, onclick: copy }, 'Copy')),
    note);
}
