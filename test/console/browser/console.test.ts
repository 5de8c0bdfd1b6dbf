/**
 * The acceptance checks of the console, in a headless browser against a real cluster. One cluster and one browser serve all
 * of them; each check leaves the plant as it found it. The numbers are those of the specification.
 */
import { expect } from 'chai';
import { appearanceChecks } from './appearance-checks.js';
import { openBrowser, openPage, PATIENCE, until } from './browser.js';
import { configurationChecks } from './configuration-checks.js';
import { operationChecks } from './operation-checks.js';
import { overviewChecks } from './overview-checks.js';
import { startPlant } from './plant.js';
import { recordChecks } from './record-checks.js';
import { cell, consumePushed, openScreen, stage, stopConsuming } from './stage.js';
import { viewingChecks } from './viewing-checks.js';

describe('the console in a browser', function () {
  this.timeout(4 * PATIENCE);
  this.slow(60_000);

  before(async function () {
    this.timeout(6 * PATIENCE);
    stage.plant = await startPlant();
    const { url } = stage.plant;
    stage.browser = await openBrowser();
    stage.vera = await openPage(stage.browser, url, 'vera');
    stage.otto = await openPage(stage.browser, url, 'otto');
    stage.ada = await openPage(stage.browser, url, 'ada');
    stage.vera.on('request', (request) => {
      if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
        stage.outside.push(request.url());
    });
    stage.vera.on(
      'console',
      (message) => message.type() === 'error' && stage.complaints.push(message.text()),
    );
    stage.vera.on('pageerror', (error) => stage.complaints.push(error.message));
    await consumePushed();
  });

  after(async function () {
    this.timeout(2 * PATIENCE);
    await stage.browser?.close();
    await stopConsuming();
    await stage.plant?.close();
  });

  overviewChecks();
  viewingChecks();
  configurationChecks();
  operationChecks();
  recordChecks();
  appearanceChecks();

  // the last one, as it takes the consumer away
  it('8: tells a blocked push from a camera that gives nothing', async () => {
    await stopConsuming();
    await openScreen(stage.vera, '/overview');
    await until(
      () => cell(stage.vera, 'sim_push', 'state').innerText(),
      (text) => /Blocked/.test(text),
      'blocked',
    );
    expect(await cell(stage.vera, 'sim_push', 'state').locator('[title]').getAttribute('title')).to.match(
      /[Rr]econnect/,
    );
  });
});
