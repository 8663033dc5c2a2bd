/**
 * The script that zooms into the time line, as it stands in the page: lanes get wider and scroll, their
 * height and what is written in them stay. It needs nothing but the page.
 */

/** The script's text. */
export const zoomScript = String.raw`'use strict';
(() => {
  const zoomMax = 32;
  for (const root of document.querySelectorAll('[data-explorer]')) {
    const lanes = root.querySelector('.lanes');
    const scroll = lanes.parentElement;
    const cursor = root.querySelector('.cursor');
    const output = root.querySelector('.zoom output');
    const buttons = [...root.querySelectorAll('[data-zoom]')];
    let zoom = 1;
    const cursorX = () => (lanes.offsetWidth * parseFloat(cursor.style.left || '0')) / 100;
    const apply = next => {
      zoom = Math.min(zoomMax, Math.max(1, next));
      lanes.style.removeProperty('--zoom');
      for (const lane of lanes.querySelectorAll('svg.lane')) lane.style.height = '';
      if (zoom > 1) {
        const width = lanes.offsetWidth;
        for (const lane of lanes.querySelectorAll('svg.lane')) {
          const box = lane.viewBox.baseVal;
          lane.style.height = (width * box.height) / box.width + 'px';
          lane.setAttribute('preserveAspectRatio', 'none');
        }
        lanes.style.setProperty('--zoom', zoom);
      } else {
        for (const lane of lanes.querySelectorAll('svg.lane')) lane.removeAttribute('preserveAspectRatio');
      }
      output.textContent = zoom === 1 ? 'whole run' : zoom + ' times';
      for (const button of buttons) {
        const by = button.dataset.zoom;
        button.disabled = by === '2' ? zoom === zoomMax : zoom === 1;
      }
      scroll.scrollLeft = cursorX() - scroll.clientWidth / 2;
    };
    for (const button of buttons) {
      button.addEventListener('click', () => {
        const by = Number(button.dataset.zoom);
        apply(by === 0 ? 1 : zoom * by);
      });
    }
    scroll.addEventListener('keydown', event => {
      const by = { '+': 2, '=': 2, '-': 0.5, '0': 0 }[event.key];
      if (by === undefined || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      apply(by === 0 ? 1 : zoom * by);
    });
    // The instant stays in sight when it moves.
    new MutationObserver(() => {
      const x = cursorX();
      const isSeen = x >= scroll.scrollLeft && x <= scroll.scrollLeft + scroll.clientWidth;
      if (zoom > 1 && !isSeen) scroll.scrollLeft = x - scroll.clientWidth / 2;
    }).observe(cursor, { attributes: true, attributeFilter: ['style'] });
    addEventListener('beforeprint', () => apply(1));
    apply(1);
  }
})();
`;
