/** The style of the page: light and dark as the reader's screen is, light on paper, one column on a phone. */
import { chartStyle, fonts, grid, ground, hues, ink, softInk } from "./charts/looks.js";

const colors = (mode: 0 | 1): string =>
  `--page:${["#f6f6f4", "#121316"][mode]};--card:${ground[mode]};--ink:${ink[mode]};--soft:${softInk[mode]};--line:${grid[mode]};--blue:${hues[0][mode]};--orange:${hues[1][mode]};--green:${hues[2][mode]}`;

export const pageStyle = (): string => `
:root{color-scheme:light;${colors(0)}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${colors(1)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 ${fonts};font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
a{color:var(--blue);text-underline-offset:.15em}
h1,h2,h3,p,dl,dd,figure,table{margin:0}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:1.25rem;line-height:1.3;letter-spacing:-.01em;margin-bottom:1rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
code{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
.soft{color:var(--soft)}
.frame-page{max-width:78rem;margin:0 auto;padding:2rem 1rem 4rem;display:grid;gap:2rem}
header p{margin-top:.5rem}
.badge{display:inline-block;margin-right:.35rem;padding:.05rem .6rem;border:1px solid currentcolor;border-radius:1rem;font-size:.8125rem;font-weight:600;color:var(--green)}
.badge.stopped{color:var(--orange)}
nav ol{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;font-size:.875rem}
nav a{color:var(--soft);text-decoration:none}
nav a:hover{color:var(--ink);text-decoration:underline}
main{display:grid;gap:1.25rem;min-width:0}
section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem 1rem;min-width:0}
.hero{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.5rem}
.big{font-size:clamp(2.75rem,10vw,4rem);line-height:1;font-weight:650;letter-spacing:-.03em;white-space:nowrap}
.what{font-weight:600}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.75rem 1.5rem;margin:1.25rem 0}
.facts.long{grid-template-columns:1fr;gap:.5rem}
.looks figcaption{margin:0 0 .4rem;color:var(--ink)}
dt{font-size:.8125rem;color:var(--soft)}
dd{overflow-wrap:anywhere}
.finding{margin-top:1rem;padding:.5rem .75rem;border-left:3px solid var(--orange);background:var(--page)}
.scroll{overflow-x:auto;max-width:100%}
table{overflow-wrap:normal;border-collapse:collapse;font-size:.875rem;min-width:min(100%,20rem)}
caption{text-align:left;color:var(--soft);font-size:.8125rem;padding-bottom:.4rem}
th,td{padding:.3rem .9rem .3rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);font-size:.8125rem;vertical-align:bottom}
tbody td:nth-child(2){white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
.n{text-align:right;white-space:nowrap}
td:last-child,th:last-child{padding-right:0}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1.5rem 1.25rem}
.figure{container-type:inline-size;min-width:0}
.figure svg{display:block;width:100%;height:auto}
.figure .wide{display:none}
.figure .narrow svg{max-width:24rem}
@container (min-width:26rem){.figure.half .narrow{display:none}.figure.half .wide{display:block}}
@container (min-width:38rem){.figure.full .narrow{display:none}.figure.full .wide{display:block}}
.figure.full .wide svg{max-width:46rem}
figcaption,.readout{font-size:.8125rem;color:var(--soft);margin-top:.5rem;max-width:44rem}
.readout{color:var(--ink);min-height:1.2rem}
small{font-size:.75rem;color:var(--soft)}
.scores td,.scores th{padding-right:1.25rem}
.pair+p,section>p+.pair{margin-top:1rem}
details{margin-top:.5rem;font-size:.875rem}
summary{cursor:pointer;color:var(--soft);font-size:.8125rem;width:max-content;max-width:100%;padding:.15rem 0}
details>.scroll{margin-top:.5rem;max-height:22rem;overflow:auto}
img{display:block;image-rendering:pixelated;background:var(--line);max-width:100%;height:auto}
.matrix{display:grid;gap:1rem}
.filtered{min-width:0}
.filter{display:block;margin-bottom:.6rem;font-size:.875rem;color:var(--soft)}
.filter[hidden]{display:none}
.filter input{font:inherit;color:var(--ink);background:var(--page);border:1px solid var(--soft);border-radius:.4rem;padding:.25rem .5rem;margin-left:.4rem;max-width:100%}
[data-cell]{cursor:pointer}
[data-cell]:focus-visible{outline:0}
[data-cell]:focus-visible rect,[data-cell].chosen rect{stroke:var(--ink);stroke-width:2}
.examples{min-height:7.5rem}
.examples ul{list-style:none;display:flex;flex-wrap:wrap;gap:.75rem;margin:.5rem 0 0;padding:0}
.cards,.tiles{list-style:none;margin:.75rem 0 0;padding:0;display:grid;gap:1rem .9rem}
.cards{grid-template-columns:repeat(auto-fill,minmax(11.5rem,1fr))}
.cards li{display:flex;gap:.7rem;align-items:flex-start;min-width:0}
.cards img{flex:none}
.cards div{min-width:0;font-size:.8125rem;line-height:1.4}
.cards p{display:flex;gap:.35rem;align-items:baseline}
.cards p.soft{display:block}
.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
.guess{font-weight:600}
.guess.wrong{color:var(--orange)}
.guess.right{color:var(--blue)}
.tiles{grid-template-columns:repeat(auto-fill,minmax(3.25rem,max-content));gap:.6rem}
.tiles small{display:block;font-size:.6875rem}
.maps{display:grid;gap:1rem}
.row{display:flex;gap:.6rem;align-items:flex-start;flex-wrap:wrap}
.row small{display:block;margin-top:.15rem}
pre{margin:.75rem 0 0;padding:.75rem .9rem;background:var(--page);border:1px solid var(--line);border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere}
section>p+p{margin-top:.5rem}
.missing{color:var(--soft)}
footer{font-size:.8125rem;color:var(--soft)}
@media (min-width:48rem){section{padding:1.75rem 2rem}.frame-page{padding:3rem 2rem 5rem}h1{font-size:2.125rem}}
@media (min-width:64rem){.matrix{grid-template-columns:minmax(0,1fr) 17rem}}
@media (min-width:80rem){.frame-page{grid-template-columns:11rem minmax(0,1fr);column-gap:2.5rem}header,footer{grid-column:2}nav{grid-column:1;grid-row:2;position:sticky;top:2rem;align-self:start}nav ol{display:grid;gap:.4rem}main{grid-column:2}}
@media print{body{background:#fff}nav,.readout,.examples,.filter{display:none}section{break-inside:avoid;border:0;padding:0}details::details-content{content-visibility:visible;display:block;height:auto}details>.scroll{max-height:none;overflow:visible}summary{display:none}.figure .narrow{display:block}}
${chartStyle()}`;
