/** Trying a configuration out: a changed copy on a chosen worker, watched, kept, stopped. */
import { expect } from 'chai';
import { testId, until } from './browser.js';
import { type Json, openScreen, stage, typeDocument, v1 } from './stage.js';

const NAME = 'launched_test';
const KEPT = 'launched_sp';

async function runningWorker(): Promise<unknown> {
  const answer = await stage.otto.request.get('/api/v2/snapshot');
  const { clusters } = (await answer.json()) as { clusters: { pipelines: { instances: Json[] } } };
  return clusters.pipelines.instances.find(({ instance }) => instance === NAME)?.worker ?? null;
}

export function launchChecks(): void {
  it('launch: a typed configuration runs where it was wanted, is stored without its lifetime, and stops', async () => {
    const { otto, plant } = stage;
    await openScreen(otto, '/launch/pipelines?new=1');
    await typeDocument(otto, '{"camera_name": "simulation", "image_threshold": }');
    await otto.locator('[data-testid=editor-check-list] .check-error').waitFor();
    expect(await testId(otto, 'launch-create-button').getAttribute('aria-disabled')).to.equal('true');
    await typeDocument(otto, '{"camera_name": "simulation", "image_threshold": 7}');
    await testId(otto, 'launch-name').fill(NAME);
    await testId(otto, 'launch-worker').selectOption(plant.w2);
    await otto.locator('[data-testid=launch-create-button]:not([aria-disabled])').click();
    await testId(otto, 'launch-promote').waitFor();
    await until(
      () => runningWorker(),
      (worker) => worker === plant.w2,
      `worker of ${NAME}`,
    );

    await testId(otto, 'launch-promote').click();
    await testId(otto, 'promote-name').fill(KEPT);
    await otto.locator('[data-testid=promote-changes] [data-path="/image_threshold"]').waitFor();
    await otto.locator('[data-testid=promote-apply]:not([aria-disabled])').click();
    const stored = await until(
      () => v1(`/pipeline/${KEPT}/config`),
      (answer) => answer.state === 'ok',
      `configuration ${KEPT}`,
    );
    expect(stored.config).to.include({ camera_name: 'simulation', image_threshold: 7 });
    expect(stored.config).not.to.have.property('no_client_timeout');

    await testId(otto, 'launch-stop').click();
    await testId(otto, 'confirm-action').click();
    await testId(otto, 'launch-exit').waitFor();
    await v1(`/proxy/${KEPT}/config`, { method: 'DELETE' });
  });

  it('launch: what cannot start says why, with its log, and viewers are told which role it takes', async () => {
    const { otto, vera } = stage;
    await openScreen(otto, '/launch/pipelines?new=1');
    await typeDocument(otto, '{"camera_name": "simulation", "mode": "FILE", "file": "/nowhere/images.h5"}');
    await testId(otto, 'launch-name').fill('launched_faulty');
    await otto.locator('[data-testid=launch-create-button]:not([aria-disabled])').click();
    const failure = testId(otto, 'launch-failure');
    await failure.locator('.log-lines li').first().waitFor();
    expect(await failure.innerText()).to.contain('launched_faulty');
    await openScreen(vera, '/launch/pipelines');
    await testId(vera, 'denied').waitFor();
    expect(await testId(vera, 'launch-create').getAttribute('data-state')).to.equal('denied');
  });
}
