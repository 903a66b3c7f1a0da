// Elements from data. Texts become text nodes, so a name can never be markup.

export const byId = id => document.getElementById(id);

/**
 * Makes an element. Properties that start with "on" are listeners, "class" and names with a dash are attributes, null leaves out.
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'class' || name === 'role' || name.includes('-')) {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Says once, to the eye and to a screen reader, what an action did. */
let timer;
export function say(text, isProblem = false) {
  const status = byId('status');
  clearTimeout(timer);
  status.textContent = text;
  status.classList.toggle('is-problem', isProblem);
  if (!isProblem) {
    timer = setTimeout(() => { status.textContent = ''; }, 6000);
  }
}

/** A listener that runs an action, with its button off meanwhile, and says how it ended. */
export function action(run, done) {
  return async event => {
    const button = event.currentTarget;
    button.setAttribute('aria-busy', 'true');
    try {
      await run(event);
      if (done) {
        say(done);
      }
    } catch (problem) {
      say(problem.message, true);
    } finally {
      button.removeAttribute('aria-busy');
    }
  };
}

/** A switch that shows a state and asks for the other one. */
export function toggle(label, isOn, change, description = null, focus = null) {
  return make('button', {
    type: 'button', class: 'switch', role: 'switch', 'aria-checked': String(isOn), 'data-focus': focus,
    onclick: action(() => change(!isOn)),
  },
  make('span', { class: 'switch-text' }, label, description && make('small', {}, description)),
  make('span', { class: 'switch-track', 'aria-hidden': 'true' }));
}

/** Replaces the children of an element; the focus stays on what has the same key, and what was open stays open. */
export function replace(element, ...children) {
  const focus = element.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  const open = new Set([...element.querySelectorAll('details[open][data-key]')].map(details => details.dataset.key));
  element.replaceChildren(...children.flat().filter(Boolean));
  for (const details of element.querySelectorAll('details[data-key]')) {
    details.open = open.has(details.dataset.key);
  }
  if (focus) {
    [...element.querySelectorAll('[data-focus]')].find(each => each.dataset.focus === focus)?.focus();
  }
}

export const shown = value => value === null || value === undefined || value === '' ? '–' : String(value);

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** When a credential expires. */
export function expiry({ expiresOn, hasExpired }) {
  if (!expiresOn) {
    return make('span', { class: 'muted' }, 'never expires');
  }
  return make('time', { dateTime: expiresOn, class: hasExpired ? 'badge bad' : 'muted' },
    `${hasExpired ? 'expired' : 'expires'} ${dates.format(new Date(expiresOn))}`);
}

/** Calls a function once, some time after the last of several calls. */
export function afterPause(run) {
  let pause;
  return () => {
    clearTimeout(pause);
    pause = setTimeout(run, 250);
  };
}
