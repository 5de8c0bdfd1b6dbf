/** What is evaluated in the page, as text: it is code for the browser, not for this program. */

/** Whether the page needs no horizontal scrolling. */
export const FITS = 'document.documentElement.scrollWidth <= window.innerWidth';

/** Colours of pixels in the middle of the live view's canvas; none before the first picture. */
export const SAMPLED_PIXELS = `(() => {
  const canvas = document.querySelector('[data-testid="viewer-canvas"]');
  if (canvas === null || canvas.dataset.pulseId === undefined) return [];
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0);
  const list = [];
  for (let row = 0.2; row < 0.8; row += 0.05) {
    for (let column = 0.3; column < 0.7; column += 0.05) {
      list.push([...context.getImageData(canvas.width * column, canvas.height * row, 1, 1).data.slice(0, 3)]);
    }
  }
  return list;
})()`;

/** The violations of WCAG 2.2 A and AA that axe-core finds, as texts. */
export const VIOLATIONS = `(async () => {
  const { violations } = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
  return violations.map(({ id, nodes }) =>
    id + ' (' + nodes.length + '): ' + nodes[0].html.slice(0, 160) + ' ' + nodes[0].failureSummary.slice(0, 220));
})()`;

/** How many rows of instances there is room for, not counting what alarms take away while there are any. */
export const ROOM_FOR_ROWS = `(() => {
  const frame = document.querySelector('[data-testid="overview-instances"]').closest('.table-scroll');
  const [first] = frame.querySelectorAll('tbody tr');
  const alarms = document.querySelector('[data-testid="overview-alarms"]')?.getBoundingClientRect().height ?? 0;
  const end = Math.min(innerHeight, frame.parentElement.getBoundingClientRect().bottom) + alarms;
  return Math.floor((end - first.getBoundingClientRect().top) / first.getBoundingClientRect().height);
})()`;

/** After a press of Tab: null at the end or when it begins again, else what has the focus without showing it, or an empty text. */
export const FOCUS_STEP = `(() => {
  const element = document.activeElement;
  window.reached ??= new Set();
  // fields for times have parts, which Tab goes through one by one
  if (element.type === 'datetime-local' && element === window.reachedLast) return '';
  window.reachedLast = element;
  if (element === null || element === document.body || window.reached.has(element)) return null;
  window.reached.add(element);
  const shows = [element, element.parentElement].some((entry) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(entry);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  });
  return shows ? '' : element.outerHTML.slice(0, 120);
})()`;

/** Controls that Tab has not reached. */
export const MISSED_CONTROLS = `[...document.querySelectorAll('a[href],button,input,select')]
  .filter((entry) => entry.tabIndex >= 0 && entry.checkVisibility() && !window.reached.has(entry))
  // of a group of radio buttons Tab reaches the one that is set; the arrow keys go to the others
  .filter((entry) => entry.type !== 'radio' || entry.checked)
  .map((entry) => entry.outerHTML.slice(0, 120))`;

/** Keeps every text that the first element of a selector shows from now on. */
export function watchText(selector: string): string {
  return `(() => {
    window.watchedTexts = [];
    clearInterval(window.textWatch);
    window.textWatch = setInterval(() => {
      const text = document.querySelector(${JSON.stringify(selector)})?.textContent.trim();
      if (text !== undefined && window.watchedTexts.at(-1) !== text) window.watchedTexts.push(text);
    }, 30);
  })()`;
}

export const WATCHED_TEXTS = 'window.watchedTexts';

/** The uppermost log record that is wholly in view, and where. */
export const FIRST_RECORD_IN_VIEW = `(() => {
  const list = document.querySelector('[data-testid="logs-list"]');
  const edge = list.getBoundingClientRect().top;
  const first = [...list.children].find((row) => row.getBoundingClientRect().top >= edge - 1);
  return { text: first.textContent, top: Math.round(first.getBoundingClientRect().top) };
})()`;

/** Words and shapes of the states that the runbook explains. */
export const STATE_MARKS = `[...document.querySelectorAll('.runbook .state')].map((state) => ({
  word: state.textContent.trim(),
  shape: state.querySelector('svg')?.innerHTML ?? '',
}))`;

/** What moves by itself. */
export const MOVING = `document.getAnimations()
  .filter((animation) => animation.playState === 'running' && animation.effect.getComputedTiming().duration > 1)
  .map((animation) => 'moves: ' + animation.effect.target?.outerHTML.slice(0, 120))`;
