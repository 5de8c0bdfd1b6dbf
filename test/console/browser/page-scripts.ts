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
