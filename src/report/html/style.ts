/** The style sheet of the page: no fonts and no pictures from elsewhere; colours for light, dark and paper. */

/** Colours by theme; each pair of text and ground has a contrast of at least 4.5 : 1. */
export const themes = {
  light: {
    ground: '#ffffff',
    raised: '#f5f6f8',
    text: '#1b1f24',
    quiet: '#57606a',
    rule: '#d5d9de',
    accent: '#0b57c2',
    good: '#14692f',
    bad: '#b3151f',
    warn: '#7a4d00',
    mark: '#00000080',
  },
  dark: {
    ground: '#14171b',
    raised: '#1e2227',
    text: '#e7eaee',
    quiet: '#a3acb8',
    rule: '#3a4149',
    accent: '#7db4ff',
    good: '#66d08a',
    bad: '#ff8f8a',
    warn: '#f0bb57',
    mark: '#000000a0',
  },
} as const;

/** Lines of lanes. */
const lines = {
  light: ['#0b57c2', '#b3151f', '#14692f', '#7a4d00', '#6b2fb3', '#57606a'],
  dark: ['#7db4ff', '#ff8f8a', '#66d08a', '#f0bb57', '#c9a1ff', '#a3acb8'],
} as const;

/** Holders of GPUs: after Okabe and Ito, told apart with any colour vision. */
const holders = [
  '#56b4e9',
  '#e69f00',
  '#5fc39d',
  '#f0e442',
  '#d58bb4',
  '#e07a3f',
  '#8f9dff',
  '#b5bcc4',
];

function variables(theme: 'light' | 'dark'): string {
  const own = Object.entries(themes[theme]).map(([name, value]) => `--${name}:${value}`);
  const drawn = lines[theme].map((value, index) => `--s${index}:${value}`);
  return [...own, ...drawn, `color-scheme:${theme}`].join(';');
}

const looks = [
  ...holders.map((value, index) => `.h${index}{fill:${value}}`),
  ...lines.light.map((_, index) => `.s${index}{stroke:var(--s${index})}`),
].join('\n');

/** The sheet's text. */
export const pageStyle = String.raw`
:root{${variables('light')}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${variables('dark')}}}
:root[data-theme=dark]{${variables('dark')}}
*{box-sizing:border-box}
html{scroll-padding-top:7rem}
body{margin:0;background:var(--ground);color:var(--text);
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;
  font-variant-numeric:tabular-nums}
h2,h3,h4,h5,p,figure,dl,dd,ol,ul{margin:0}
h2{font-size:1.6rem;line-height:1.25;letter-spacing:-.01em}
h3{font-size:1.15rem;margin:2.2rem 0 .6rem;padding-top:.7rem;border-top:2px solid var(--rule)}
h4{font-size:.92rem;font-weight:600;margin:0}
h5{font-size:.85rem;margin:0;overflow-wrap:anywhere}
code{font:.86em ui-monospace,SFMono-Regular,Menlo,"Liberation Mono",monospace;
  overflow-wrap:anywhere}
small,.note{color:var(--quiet);font-size:.82rem}
p.note{margin:.3rem 0}
main,.page-header,footer{max-width:1280px;margin:0 auto;padding:0 1.25rem}
footer{margin:3rem auto 2rem;color:var(--quiet);font-size:.82rem}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.3rem .6rem;z-index:9}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.patterns{position:absolute}
.page-header{display:flex;gap:1rem;align-items:center;padding-top:.9rem;padding-bottom:.9rem;
  flex-wrap:wrap}
.brand{font-weight:700;letter-spacing:.02em;color:var(--quiet)}
#theme{margin-left:auto}
button{font:inherit;font-size:.82rem;color:var(--text);background:var(--raised);
  border:1px solid var(--rule);border-radius:6px;padding:.2rem .6rem;cursor:pointer}
button:hover{border-color:var(--accent)}
button[data-goto]{font-family:ui-monospace,Menlo,"Liberation Mono",monospace;padding:0 .4rem;
  color:var(--accent)}
[role=tablist]{display:flex;flex-wrap:wrap;gap:.35rem}
[role=tab][aria-selected=true]{background:var(--accent);color:var(--ground);
  border-color:var(--accent);font-weight:600}
[role=tab][aria-selected=true] .badge{color:inherit;border-color:currentColor}
.is-away{display:none}
.badge{display:inline-block;font-size:.8rem;font-weight:700;border:1.5px solid;
  border-radius:999px;padding:.05rem .6rem;vertical-align:.2em;white-space:nowrap;
  letter-spacing:0}
[role=tab] .badge{border:0;padding:0;vertical-align:0}
.is-passed.badge,.is-held .verdict,tr.is-passed .verdict{color:var(--good)}
.is-failed.badge,.is-broken .verdict,tr.is-failed .verdict,.story h4{color:var(--bad)}
.is-interrupted.badge,.is-unfinished.badge,.is-inconclusive .verdict{color:var(--warn)}
.verdict{font-weight:700;white-space:nowrap}
.lead{font-size:1.05rem;margin:.2rem 0 .8rem}
.troubles{border-left:4px solid var(--bad);padding:.2rem 0 .2rem .8rem;list-style:none;
  margin:.4rem 0 1rem;overflow-wrap:anywhere}
.troubles strong{color:var(--bad)}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.6rem 0}
.facts dt,.tiles dt{color:var(--quiet);font-size:.78rem}
.facts dd{overflow-wrap:anywhere;font-size:.9rem}
.hints ul{padding-left:1.1rem;margin:.3rem 0}
.hints code{white-space:pre-wrap}
summary{cursor:pointer;color:var(--accent);font-size:.9rem;margin:.5rem 0;width:fit-content}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:.6rem;
  margin:1.2rem 0 0}
.tiles>div{background:var(--raised);border:1px solid var(--rule);border-radius:8px;
  padding:.5rem .7rem}
.tiles dd{font-size:1.25rem;font-weight:650;line-height:1.25}
.tiles dd small{font-weight:400}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.87rem;margin:.4rem 0 .2rem}
caption{text-align:left;font-weight:600;font-size:.92rem;padding:.6rem 0 .25rem;
  white-space:nowrap}
th,td{text-align:left;padding:.28rem .9rem .28rem 0;border-bottom:1px solid var(--rule);
  vertical-align:top;font-weight:400}
thead th{color:var(--quiet);font-size:.78rem;border-bottom-width:2px;white-space:nowrap}
td.number,th.number{text-align:right;white-space:nowrap}
td.wide{min-width:16rem}
td em{color:var(--quiet)}
.empty-state{color:var(--quiet);font-size:.87rem;margin:.3rem 0}
.warning{color:var(--warn);font-size:.9rem;margin:.4rem 0}
.story{border:1.5px solid var(--bad);border-radius:8px;padding:.8rem 1rem;margin:.8rem 0}
.breach{margin-top:.8rem;padding-top:.6rem;border-top:1px solid var(--rule)}
.breach .objects{color:var(--quiet);font-size:.85rem}
.breach ol{list-style:none;padding:0;margin:.3rem 0;font-size:.86rem}
.breach li{padding:.1rem 0;overflow-wrap:anywhere}
.breach time{font-family:ui-monospace,Menlo,"Liberation Mono",monospace;color:var(--quiet)}
.explorer{margin-top:1.8rem;border-top:2px solid var(--rule)}
.explorer .timeline h3{border:0;margin-top:.4rem;padding:0}
.instant{position:sticky;top:0;z-index:5;background:var(--ground);
  border-bottom:1px solid var(--rule);padding:.5rem 0}
.instant-row{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:center}
.instant label{font-weight:700}
.instant-text{font-size:.9rem}
.buttons{display:flex;gap:.3rem;margin-left:auto}
.instant-slider input{width:calc(100% + 16px);margin:.35rem -8px 0;accent-color:var(--accent)}
.lanes{position:relative;width:calc(100% * var(--zoom,1));min-width:calc(820px * var(--zoom,1))}
.lanes figcaption{position:sticky;left:0;width:fit-content}
.lane text,.lane [class^=mark-],.lane [class^=device-]{transform:scaleX(calc(1 / var(--zoom,1)));transform-box:fill-box}
.lane [text-anchor=middle],.lane [class^=mark-],.lane [class^=device-]{transform-origin:center}
.lane [text-anchor=end]{transform-origin:right}
.lane path,.lane line,.lane rect{vector-effect:non-scaling-stroke}
.zoom{display:flex;gap:.4rem;align-items:center;margin:.3rem 0}
.lane [class^=mark-] text{transform:none}
.zoom output{color:var(--quiet);font-size:.85rem}
.lane{display:block;width:100%;height:auto;overflow:visible}
.lane-figure{margin:.55rem 0 .2rem}
figcaption{display:flex;flex-wrap:wrap;gap:.1rem 1rem;align-items:baseline;margin-bottom:.15rem}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;font-size:.82rem;color:var(--quiet)}
.key{display:inline-flex;gap:.35rem;align-items:center}
.key svg{width:30px;height:12px;overflow:visible;flex:none}
.key b,.readout{color:var(--text);font-weight:650}
.readout{font-size:.85rem}
.grid{stroke:var(--rule);stroke-width:.7}
.tick{fill:var(--quiet);font-size:11px}
.line{fill:none;stroke-width:1.7;stroke-linejoin:round}
.s1{stroke-dasharray:6 3}.s2{stroke-dasharray:2 2}.s3{stroke-dasharray:10 3 2 3}.s4{
  stroke-dasharray:1 4}.s5{stroke-dasharray:14 4}
.hold{stroke:var(--ground);stroke-width:.8}
.mark{stroke:var(--mark);stroke-width:1.1;fill:none}
.empty{fill:var(--raised);stroke:var(--rule);stroke-width:.6}
.outage{fill:none;stroke:var(--bad);stroke-width:1.6;stroke-dasharray:3 2}
.device-failed{stroke:var(--bad);stroke-width:2.6;fill:none}
.device-halo{stroke:var(--ground);stroke-width:6;fill:none}
.letter{font-size:10px;font-weight:700;fill:#111;paint-order:stroke;stroke:#ffffffd0;
  stroke-width:2.5px}
.cursor{position:absolute;top:0;bottom:0;width:0;z-index:2;pointer-events:none}
.cursor i{position:absolute;top:0;bottom:0;left:-1px;border-left:2px solid var(--text);
  opacity:.75}
.mark-step{fill:var(--raised);stroke:var(--quiet);--ink:var(--text)}
.mark-news{fill:var(--accent);stroke:var(--accent);--ink:var(--ground)}
.mark-trouble{fill:var(--bad);stroke:var(--bad);--ink:var(--ground)}
.lane .mark-step text,.lane .mark-news text,.lane .mark-trouble text{fill:var(--ink);stroke:none;
  font-size:10px;font-weight:700}
.happenings{list-style:none;padding:0;font-size:.87rem}
.happenings li{display:grid;grid-template-columns:2rem 5rem 7.5rem 1fr auto;gap:.5rem;
  align-items:baseline;padding:.14rem 0;border-bottom:1px solid var(--rule)}
.happenings .topic,.step-by-step .topic{color:var(--quiet)}
.happenings .clock{color:var(--quiet);font-size:.8rem;white-space:nowrap}
.happenings .text{overflow-wrap:anywhere}
.number{text-align:right}
span.number.mark-step,span.number.mark-news,span.number.mark-trouble{color:var(--text);
  font-weight:700}
.is-trouble .topic,.is-trouble .text,.is-failed strong{color:var(--bad);
  font-weight:600}
.cluster-grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));
  gap:1rem 1.6rem}
.cluster-grid .across{grid-column:1/-1}
.diff,.pods{list-style:none;padding:0;font-size:.85rem}
.diff li,.pods li{padding:.06rem 0;overflow-wrap:anywhere}
.diff span{color:var(--quiet)}
.diff b{font-family:ui-monospace,Menlo,"Liberation Mono",monospace;display:inline-block;
  width:1.1em}
.diff-new b{color:var(--good)}.diff-gone b{color:var(--bad)}.diff-changed b{color:var(--accent)}
.nodes{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(18.5rem,100%),1fr));
  gap:.6rem}
.node{border:1px solid var(--rule);border-radius:8px;padding:.5rem .65rem;
  background:var(--raised)}
.node.is-down{border:2px dashed var(--bad)}
.gpus{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:3px;margin:.2rem 0 .3rem}
.gpus li{position:relative;width:24px;height:20px}
.gpus svg{position:absolute;inset:0;width:100%;height:100%}
.gpus b{position:relative;display:block;text-align:center;font-size:11px;line-height:20px;
  color:#111;text-shadow:0 0 3px #fff,0 0 3px #fff}
.gpus .empty+b{color:var(--quiet);text-shadow:none}
.gpus svg:has(.empty)+b{color:var(--quiet);text-shadow:none}
.pod-state{font-weight:600}
.state-Pending,.state-ContainerCreating,.state-Terminating{color:var(--warn)}
.state-Failed,.state-CrashLoopBackOff,.state-Error,.state-ImagePullBackOff,.state-ErrImagePull{
  color:var(--bad)}
.state-Running,.state-Succeeded{color:var(--good)}
.step-by-step{padding-left:1.2rem}
.step-by-step>li{margin:.6rem 0}
.stop{display:flex;gap:.6rem;align-items:baseline}
.step-line{display:block}
.step-by-step .diff,.step-by-step .empty-state{margin:.15rem 0 0 .3rem}
${looks}
@media (max-width:640px){
main,.page-header,footer{padding-left:.8rem;padding-right:.8rem}
h2{font-size:1.3rem}
.happenings li{grid-template-columns:1.6rem 4.6rem 1fr}
.happenings .text,.happenings .clock{grid-column:3}
.buttons{margin-left:0;flex-wrap:wrap}
.instant-slider{padding:0!important}
.tiles{grid-template-columns:repeat(2,1fr)}
.laws th code{display:block;min-width:11em}
}
@page{size:A4 landscape;margin:12mm}
@media print{
:root,:root[data-theme=dark],:root:not([data-theme=light]){${variables('light')}}
html{font-size:12px}
body{font-size:.94rem}
pre,code{white-space:pre-wrap;overflow-wrap:anywhere}
main{max-width:none}
#theme,.skip,.buttons,.zoom,[role=tablist],.instant-slider{display:none}
.instant{position:static}
.is-away{display:block}
.panel+.panel{break-before:page}
.scroll{overflow:visible}
.lanes{min-width:0}
tr,li,.lane-figure,.node,.breach{break-inside:avoid}
li:has(pre),.hints li{break-inside:auto}
.timeline .lanes{break-inside:avoid}
footer{margin:1rem auto 0;break-before:avoid}
h3,h4,caption{break-after:avoid}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
