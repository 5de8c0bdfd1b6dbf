/**
 * The acceptance checks of the console, in a headless browser against a real cluster. One cluster and one browser serve all
 * of them; each check leaves the plant as it found it. The numbers are those of the specification.
 */
import { activityChecks } from './activity-checks.js';
import { appearanceChecks } from './appearance-checks.js';
import { openBrowser, openPage, PATIENCE } from './browser.js';
import { changeChecks } from './change-checks.js';
import { configurationChecks } from './configuration-checks.js';
import { launchChecks } from './launch-checks.js';
import { numberChecks } from './number-checks.js';
import { operationChecks } from './operation-checks.js';
import { overviewChecks } from './overview-checks.js';
import { pageChecks } from './page-checks.js';
import { pictureChecks } from './picture-checks.js';
import { startPlant } from './plant.js';
import { recordChecks } from './record-checks.js';
import { scriptChecks } from './script-checks.js';
import { consumePushed, stage, stopConsuming } from './stage.js';
import { userChecks } from './user-checks.js';
import { bufferChecks, silenceChecks, watchingChecks } from './watching-checks.js';
import { windowChecks } from './window-checks.js';

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
  pictureChecks();
  numberChecks();
  changeChecks();
  windowChecks();
  watchingChecks();
  bufferChecks();
  configurationChecks();
  pageChecks();
  operationChecks();
  launchChecks();
  scriptChecks();
  userChecks();
  recordChecks();
  activityChecks();
  appearanceChecks();

  silenceChecks();
});
