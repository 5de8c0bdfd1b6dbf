import { expect } from 'chai';
import { testId, until } from './browser.js';
import { type Json, openScreen, stage, start } from './stage.js';

export function pageChecks(): void {
  it('divides the load of a worker among its instances, and says what is placed there', async () => {
    const { vera } = stage;
    await start('simulation_sp');
    await until(
      async () => {
        const answer = await vera.request.get('/api/v2/instances/pipelines/sim_push');
        const { worker } = ((await answer.json()) as { instance: Json }).instance;
        if (typeof worker !== 'string') return 'runs nowhere';
        await openScreen(vera, `/servers/pipelines/${worker.replace(':', '_')}?range=15m`);
        const placement = testId(vera, 'worker-placement');
        await placement.locator('dl').waitFor();
        return placement.innerText();
      },
      (text) => text.includes('sim_push'),
      'permanent instance of the worker',
    );
    for (const column of ['cpu', 'throughput']) {
      const share = testId(vera, `worker-share-${column}`);
      await share.locator('canvas').waitFor();
      expect(await share.innerText(), column).to.contain('sim_push');
    }
  });

  it('says by whom and from which configuration an instance was started', async () => {
    await openScreen(stage.vera, '/i/pipelines/sim_push/info');
    const started = testId(stage.vera, 'instance-started');
    await started.locator('li', { hasText: /^from sim_push/ }).waitFor();
    await started.locator('li', { hasText: / by / }).waitFor();
  });
}
