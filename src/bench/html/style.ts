/** What a bench's page adds to the reports' style sheet. */

/** The text of the sheet. */
export const benchStyle = `
.key i{display:inline-block;width:12px;height:12px;border-radius:2px;border:1px solid var(--rule)}
.charts{display:grid;gap:.4rem 1.6rem;
  grid-template-columns:repeat(auto-fit,minmax(min(34rem,100%),1fr))}
.heats{display:grid;gap:.6rem 1.6rem;
  grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr))}
.heat{margin:.6rem 0}
.heat-frame{display:flex;gap:4px}
.heat-frame img{flex:1;min-width:0;width:100%;image-rendering:pixelated;
  border:1px solid var(--rule)}
.heat-models{width:4.6rem;display:flex;flex-direction:column;font-size:.72rem;
  color:var(--quiet)}
.heat-models span{display:flex;align-items:center;justify-content:flex-end;
  border-right:3px solid var(--rule);border-bottom:1px solid var(--ground);padding-right:.3rem;
  overflow:hidden;overflow-wrap:anywhere}
.heat-models span:nth-child(even){border-right-color:var(--quiet)}
.heat-ticks{display:flex;justify-content:space-between;font-size:.72rem;color:var(--quiet);
  margin-left:4.9rem}
.heat-legend{margin:.3rem 0}
.bars{display:grid;grid-template-columns:max-content 1fr;gap:.2rem .7rem;align-items:center;
  font-size:.85rem}
.bar{display:flex;align-items:center}
.bar i{display:block;height:16px}
.bar b{margin-left:.4rem;font-weight:600;font-size:.8rem}
.bar-name{color:var(--quiet);text-align:right}
.shown{list-style:none;padding:0;font-size:.9rem}
.shown li{padding:.14rem 0;overflow-wrap:anywhere}
.shown .is-none{color:var(--quiet)}
.definitions dt{font-weight:600;font-size:.85rem}
.definitions dd{color:var(--quiet);font-size:.85rem;margin:0 0 .3rem}
td{white-space:nowrap}
`;

/** Switches between light and dark; without script the page follows the system. */
export const benchScript = `
const theme = document.getElementById('theme');
const isDark = () => document.documentElement.dataset.theme
  ? document.documentElement.dataset.theme === 'dark'
  : matchMedia('(prefers-color-scheme: dark)').matches;
const tell = () => {
  theme.textContent = isDark() ? 'Light' : 'Dark';
  theme.setAttribute('aria-pressed', String(isDark()));
};
theme.addEventListener('click', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  tell();
});
tell();
`;
