/** The one style sheet. Colours are pairs for light and dark, all of them with a contrast of 4.5 or more. */
export const css = `:root {
  --ground: #f4f5f2; --card: #ffffff; --text: #1d2421; --quiet: #55605a; --line: #d9ded9; --field: #868f89;
  --accent: #12634c; --accent-text: #ffffff; --accent-hover: #0c4c3a; --focus: #1b7f62;
  --bad: #9c1c2b; --bad-ground: #fdeeef; --good: #12634c; --good-ground: #e4f3ec; --attention: #7a4b00; --attention-ground: #fcf0d8;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131816; --card: #1c2320; --text: #e7ece9; --quiet: #a5b0aa; --line: #323b37; --field: #75817b;
    --accent: #6fd0ae; --accent-text: #0d1f18; --accent-hover: #93e0c5; --focus: #8fdcc0;
    --bad: #ffb1b5; --bad-ground: #3b1c20; --good: #8fdcc0; --good-ground: #17352a; --attention: #f2c778; --attention-ground: #38290f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
.top { display: flex; align-items: center; gap: .6rem; padding: 1rem 1.25rem; color: var(--quiet); font-weight: 600; overflow-wrap: anywhere; }
.mark { flex: none; width: 1.5rem; height: 1.1rem; border: 2px solid var(--accent); border-radius: .25rem; background: linear-gradient(to bottom left, transparent 44%, var(--accent) 44% 56%, transparent 56%) left / 50% 60% no-repeat, linear-gradient(to bottom right, transparent 44%, var(--accent) 44% 56%, transparent 56%) right / 50% 60% no-repeat; }
main { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
main.narrow { max-width: 31rem; }
main.wide { max-width: 58rem; }
h1 { margin: 0 0 .35rem; font-size: clamp(1.6rem, 5vw, 2rem); line-height: 1.2; letter-spacing: -.015em; overflow-wrap: anywhere; }
h2 { margin: 0 0 .35rem; font-size: 1.15rem; }
p { margin: 0 0 1rem; }
.lead { color: var(--quiet); font-size: 1.06rem; margin-bottom: 1.5rem; overflow-wrap: anywhere; }
.lead strong { color: var(--text); }
a { color: var(--accent); text-underline-offset: .2em; }
.card { display: block; margin: 0 0 1.25rem; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .8rem; box-shadow: 0 1px 2px rgb(0 0 0 / 5%); }
.card.flush { padding: 0; }
label { display: block; margin: 1.1rem 0 .3rem; font-weight: 600; }
form > label:first-of-type { margin-top: 0; }
.hint { margin: -.1rem 0 .45rem; color: var(--quiet); font-size: .9rem; }
input { width: 100%; padding: .65rem .75rem; border: 1px solid var(--field); border-radius: .5rem; background: var(--card); color: inherit; font: inherit; }
input.code, code { font-family: ui-monospace, monospace; font-size: .93em; }
input[aria-invalid="true"] { border-color: var(--bad); border-width: 2px; }
button, .button { display: inline-block; padding: .7rem 1.3rem; border: 0; border-radius: .5rem; background: var(--accent); color: var(--accent-text); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
button { width: 100%; margin-top: 1.5rem; }
button:hover, .button:hover { background: var(--accent-hover); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
summary { cursor: pointer; font-weight: 600; color: var(--accent); border-radius: .3rem; }
details[open] > summary { margin-bottom: 1.25rem; }
.problem { margin: 0 0 1.25rem; padding: .8rem 1rem; border-left: 4px solid var(--bad); border-radius: .4rem; background: var(--bad-ground); color: var(--bad); }
.problem strong { display: block; }
.problem:focus { outline: none; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .95rem; }
th, td { padding: .6rem .8rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
tbody th { font-weight: 500; }
thead th { color: var(--quiet); font-size: .85rem; font-weight: 600; white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
p + .card { margin-top: 1.75rem; }
section .scroll { margin: 0 -.8rem; }
.time { white-space: nowrap; }
.tag { display: inline-block; padding: .1rem .55rem; border-radius: 1rem; background: var(--ground); color: var(--quiet); font-size: .85rem; font-weight: 600; white-space: nowrap; }
.tag.good { background: var(--good-ground); color: var(--good); }
.tag.bad { background: var(--bad-ground); color: var(--bad); }
.tag.attention { background: var(--attention-ground); color: var(--attention); }
.counts { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; margin: 0 0 1.25rem; padding: 0; list-style: none; color: var(--quiet); }
.counts strong { color: var(--text); }
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, tbody th, td { display: block; }
  tbody tr { padding: .7rem .8rem; border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; }
  tbody th, td { padding: .1rem 0; border: 0; overflow-wrap: anywhere; white-space: normal; }
  tbody th { font-weight: 600; }
  td { display: flex; gap: .8rem; }
  td::before { content: attr(data-label); flex: none; width: 6.5rem; color: var(--quiet); font-size: .9em; }
}
@media (max-width: 30rem) {
  main { padding: 1rem 1rem 3rem; }
  .top { padding: .8rem 1rem; }
  .card { padding: 1.1rem; }
}
@media (prefers-reduced-motion: no-preference) { button, .button { transition: background-color .12s; } }
`;
