/**
 * The script of the page, as it stands in it: plain JavaScript without a build. It needs nothing but the
 * page; names of objects go in as text, never as markup.
 */

/** The script's text. */
export const pageScript = String.raw`'use strict';
(() => {
  const el = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const byId = id => document.getElementById(id);
  const two = value => String(value).padStart(2, '0');
  const since = ms => {
    const seconds = Math.floor(ms / 1000);
    const rest = ms % 1000 === 0 ? '' : '.' + Math.floor((ms % 1000) / 100);
    return (
      Math.floor(seconds / 3600) +
      ':' +
      two(Math.floor(seconds / 60) % 60) +
      ':' +
      two(seconds % 60) +
      rest
    );
  };
  const clock = epochMs =>
    new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ') + ' UTC';
  const short = value =>
    Number.isInteger(value) || Math.abs(value) >= 1000
      ? Math.round(value).toLocaleString('en-US')
      : String(Number(value.toPrecision(3)));
  /** The index of the last element whose instant is not after ms, or -1. */
  const lastAt = (list, ms, instant = one => one[0]) => {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (instant(list[middle]) <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  // Light and dark: as the system has it, until the button says otherwise.
  const theme = byId('theme');
  const isDark = () =>
    document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
  const nameTheme = () => {
    theme.textContent = isDark() ? 'Light' : 'Dark';
    theme.setAttribute('aria-label', 'switch to ' + (isDark() ? 'light' : 'dark') + ' colours');
    theme.setAttribute('aria-pressed', String(isDark()));
  };
  theme.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    nameTheme();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', nameTheme);
  nameTheme();

  // Paper has no button to open what is folded.
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')];
    for (const one of folded) one.open = true;
  });
  addEventListener('afterprint', () => {
    for (const one of folded) one.open = false;
  });

  // Tabs, by the keys that the ARIA practices give them.
  const tabs = [...document.querySelectorAll('[role=tab]')];
  const select = index => {
    for (const [at, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(at === index));
      tab.tabIndex = at === index ? 0 : -1;
      byId(tab.getAttribute('aria-controls')).classList.toggle('is-away', at !== index);
    }
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => select(index));
    tab.addEventListener('keydown', event => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[
        event.key
      ];
      if (to === undefined) return;
      event.preventDefault();
      const next = (to + tabs.length) % tabs.length;
      select(next);
      tabs[next].focus();
    });
  }
  if (tabs.length > 0) select(0);

  const swatch = look => {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 22 18');
    svg.setAttribute('aria-hidden', 'true');
    const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    rect.setAttribute('width', '22');
    rect.setAttribute('height', '18');
    rect.setAttribute('class', look < 0 ? 'empty' : 'hold');
    if (look >= 0) rect.setAttribute('fill', 'url(#holder-' + look + ')');
    svg.append(rect);
    return svg;
  };

  const podsMax = 200;
  const changesMax = 60;

  const explore = (root, number) => {
    const data = JSON.parse(byId('data-' + number).textContent);
    const slider = byId('instant-' + number);
    const at = (object, ms) => {
      const state = object[3][lastAt(object[3], ms)];
      return state === undefined || state[1] === null ? undefined : state;
    };
    const placed = state =>
      state === undefined
        ? undefined
        : state[2] === undefined
          ? state[1]
          : state[1] + ' on ' + (data.nodes[state[2]] || ['?'])[0];
    const title = object => (object[1] ? object[1] + '/' : '') + object[0] + ' ' + object[2];
    const instants = new Set([0, data.durationMs]);
    for (const object of data.objects) for (const state of object[3]) instants.add(state[0]);
    for (const node of data.nodes) for (const change of node[2]) instants.add(change[0]);
    for (const hold of data.holds) instants.add(hold[2]).add(hold[3]);
    for (const happening of data.happenings) instants.add(happening[0]);
    const changes = [...instants].sort((a, b) => a - b);
    const stops = [...new Set(data.happenings.map(one => one[0]))].sort((a, b) => a - b);

    const showValues = ms => {
      for (const [lane, lines] of data.lanes.entries()) {
        for (const [index, [points, untilMs]] of lines.entries()) {
          const point = ms > untilMs ? undefined : points[lastAt(points, ms)];
          const value = point === undefined || point[1] === null ? '–' : short(point[1]);
          byId('value-' + number + '-' + lane + '-' + index).textContent = value;
        }
      }
    };

    const steps = data.happenings.filter(one => one[1] !== 'warning');
    const showDiff = ms => {
      const last = steps[lastAt(steps, ms - 1)];
      const from = last === undefined ? -1 : last[0];
      const told = last === undefined ? '' : last[2].length > 90 ? last[2].slice(0, 90) + '…' : last[2];
      byId('diff-title-' + number).textContent =
        last === undefined ? 'Since the start' : 'Since ' + since(from) + ': ' + told;
      const lines = [];
      const compare = (name, one, other) => {
        if (one === other) return;
        const sort = one === undefined ? 'new' : other === undefined ? 'gone' : 'changed';
        const sign = { new: '+', gone: '−', changed: '~' }[sort];
        const text =
          sort === 'new' ? other : sort === 'gone' ? 'was ' + one : one + ' → ' + other;
        lines.push(
          el(
            'li',
            { class: 'diff-' + sort },
            el('b', {}, sign),
            ' ' + name + ' ',
            el('span', {}, text),
          ),
        );
      };
      for (const node of data.nodes) {
        const [one, other] = [from, ms].map(
          time => (node[2][lastAt(node[2], time)] || [])[1] || undefined,
        );
        compare('Node ' + node[0], one, other);
      }
      for (const object of data.objects)
        compare(title(object), placed(at(object, from)), placed(at(object, ms)));
      const list = el('ul', { class: 'diff' }, ...lines.slice(0, changesMax));
      if (lines.length > changesMax)
        list.append(el('li', {}, 'and ' + (lines.length - changesMax) + ' more'));
      const none = el('p', { class: 'empty-state' }, 'Nothing changed.');
      byId('diff-' + number).replaceChildren(lines.length === 0 ? none : list);
    };

    const gpuCells = (holds, count) => {
      const cells = Array.from({ length: Math.ceil(count) }, () => undefined);
      for (const hold of holds) for (const slot of hold[4]) cells[slot] = hold;
      return [...cells].map(hold => {
        const pod = hold && data.objects[hold[0]];
        const label = hold ? 'held by ' + pod[1] + '/' + pod[2] : 'free';
        return el(
          'li',
          { title: label },
          swatch(hold ? hold[6] : -1),
          el('b', {}, hold ? hold[7] : '·'),
          el('span', { class: 'hidden' }, ' ' + label),
        );
      });
    };

    const podLine = ({ object, state }) =>
      el(
        'li',
        {},
        el('span', { class: 'pod-state state-' + state[1].replace(/[^A-Za-z]/g, '') }, state[1]),
        ' ' + title(object).replace('Pod ', ''),
      );

    const showNodes = (ms, pods) => {
      const held = data.holds.filter(
        hold => hold[2] <= ms && (ms < hold[3] || hold[3] >= data.durationMs),
      );
      const cards = [];
      let gpus = 0;
      for (const [index, node] of data.nodes.entries()) {
        const change = node[2][lastAt(node[2], ms)];
        if (change === undefined) continue;
        const own = pods.filter(
          ({ state }) => state[2] === index && state[1] !== 'Succeeded' && state[1] !== 'Failed',
        );
        const count = Math.max(
          change[2],
          ...held
            .filter(hold => hold[1] === index)
            .flatMap(hold => hold[4].map(slot => slot + 1)),
          0,
        );
        gpus += change[2];
        const head = el(
          'h5',
          {},
          node[0],
          ' ',
          el('small', {}, change[1] === null ? 'gone' : change[1]),
        );
        const card = el(
          'div',
          { class: 'node' + (String(change[1]).startsWith('Ready') ? '' : ' is-down') },
          head,
        );
        if (count > 0) {
          card.append(
            el('p', { class: 'note' }, node[1]),
            el(
              'ul',
              { class: 'gpus', 'aria-label': 'GPUs' },
              ...gpuCells(
                held.filter(hold => hold[1] === index),
                count,
              ),
            ),
          );
        }
        const lines = own.slice(0, podsMax).map(podLine);
        if (own.length > podsMax)
          lines.push(el('li', {}, 'and ' + (own.length - podsMax) + ' more'));
        card.append(
          lines.length > 0
            ? el('ul', { class: 'pods' }, ...lines)
            : el('p', { class: 'empty-state' }, 'no pods'),
        );
        cards.push(card);
      }
      const none = el('p', { class: 'empty-state' }, 'No node is known yet.');
      byId('nodes-' + number).replaceChildren(...(cards.length > 0 ? cards : [none]));
      const readout = byId('held-' + number);
      const sum = held.reduce((total, hold) => total + hold[5], 0);
      if (readout) readout.textContent = short(sum) + ' of ' + short(gpus) + ' held';
    };

    const isOver = state => ['Complete', 'Succeeded', 'Failed', 'exists'].includes(state[1]);
    const objectTable = (caption, list) => {
      const rows = list
        .slice(0, podsMax)
        .map(({ object, state }) =>
          el(
            'tr',
            {},
            el('td', {}, object[0]),
            el('td', {}, object[1]),
            el('th', { scope: 'row' }, object[2]),
            el('td', {}, state[1]),
          ),
        );
      const head = ['kind', 'namespace', 'name', 'state'].map(name =>
        el('th', { scope: 'col' }, name),
      );
      const table = el(
        'table',
        {},
        el('caption', {}, caption),
        el('thead', {}, el('tr', {}, ...head)),
        el('tbody', {}, ...rows),
      );
      const more = list.length - rows.length;
      const note = more > 0 ? [el('p', { class: 'note' }, 'and ' + more + ' more')] : [];
      return el('div', { class: 'scroll' }, table, ...note);
    };

    const showObjects = ms => {
      const pods = [];
      const others = [];
      const over = [];
      for (const object of data.objects) {
        const state = at(object, ms);
        if (state === undefined) continue;
        if (object[0] === 'Pod') pods.push({ object, state });
        else (isOver(state) ? over : others).push({ object, state });
      }
      showNodes(ms, pods);
      const waiting = pods.filter(({ state }) => state[2] === undefined);
      const lines = waiting.slice(0, podsMax).map(podLine);
      byId('waiting-' + number).replaceChildren(
        lines.length > 0
          ? el('ul', { class: 'pods' }, ...lines)
          : el('p', { class: 'empty-state' }, 'Every pod has a node.'),
      );
      const shown = [
        others.length > 0
          ? objectTable('Objects at this instant', others)
          : el('p', { class: 'empty-state' }, 'There are none.'),
      ];
      if (over.length > 0) {
        shown.push(
          el(
            'details',
            {},
            el('summary', {}, over.length + ' that are finished or have no state'),
            objectTable('Objects that are finished or have no state', over),
          ),
        );
      }
      byId('objects-' + number).replaceChildren(...shown);
    };

    let instant = 0;
    let isWaiting = false;
    const draw = () => {
      isWaiting = false;
      const text = since(instant) + ' after the start';
      byId('instant-text-' + number).textContent = text + ', ' + clock(data.startMs + instant);
      byId('cluster-time-' + number).textContent = since(instant);
      slider.setAttribute('aria-valuetext', text);
      const [left, width] = data.plot;
      const share = left + (width * instant) / data.durationMs;
      byId('cursor-' + number).style.left = 100 * share + '%';
      showValues(instant);
      showDiff(instant);
      showObjects(instant);
    };
    const show = (ms, isOwn) => {
      instant = Math.min(data.durationMs, Math.max(0, ms));
      if (!isOwn) slider.value = String((1000 * instant) / data.durationMs);
      if (!isWaiting) requestAnimationFrame(draw);
      isWaiting = true;
    };
    slider.addEventListener('input', () => show(Math.round((data.durationMs * slider.value) / 1000), true));
    for (const button of root.querySelectorAll('[data-jump]')) {
      button.addEventListener('click', () => {
        const by = Number(button.dataset.jump);
        const list = Math.abs(by) === 1 ? changes : stops;
        const same = one => one;
        const next =
          by > 0 ? list[lastAt(list, instant, same) + 1] : list[lastAt(list, instant - 1, same)];
        if (next !== undefined) show(next);
      });
    }
    const panel = root.closest('.panel');
    panel.addEventListener('click', event => {
      const button = event.target.closest('[data-goto]');
      if (button) show(Number(button.dataset.goto));
    });
    const lanes = root.querySelector('.lanes');
    lanes.addEventListener('click', event => {
      const box = lanes.getBoundingClientRect();
      const [left, width] = data.plot;
      const share = ((event.clientX - box.left) / box.width - left) / width;
      if (share >= 0 && share <= 1) show(Math.round(share * data.durationMs));
    });
    const trouble = data.happenings.find(one => one[3] === 'trouble');
    show(trouble ? trouble[0] : data.durationMs);
  };
  for (const root of document.querySelectorAll('[data-explorer]'))
    explore(root, root.dataset.explorer);
})();
`;
