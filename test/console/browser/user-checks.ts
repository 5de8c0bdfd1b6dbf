/** Accounts: made, changed, switched off and removed by an admin. */
import { expect } from 'chai';
import { testId, until } from './browser.js';
import { openScreen, stage } from './stage.js';

const NAME = 'nina';

/** Whether the servers let somebody in. */
async function letsIn(password: string): Promise<boolean> {
  const data = { user: NAME, password };
  const answer = await stage.browser.newContext({ baseURL: stage.plant.url });
  const { request } = answer;
  const status = (await request.post('/api/v2/session', { data })).status();
  await answer.close();
  return status < 300;
}

async function choose(action: string): Promise<void> {
  await testId(stage.ada, `users-menu-${NAME}`).click();
  await testId(stage.ada, `users-${action}-${NAME}`).click();
}

export function userChecks(): void {
  it('users: an account is made with a password that is shown once, changed, switched off, removed', async () => {
    const { ada } = stage;
    await openScreen(ada, '/admin/users');
    const row = testId(ada, `accounts-row-${NAME}`);
    await testId(ada, 'users-new').click();
    await testId(ada, 'account-name').fill(NAME);
    await testId(ada, 'account-create').click();
    const secret = await testId(ada, 'account-secret-text').innerText();
    await testId(ada, 'account-secret-close').click();
    await row.waitFor();
    expect(await ada.locator('body').innerText()).not.to.contain(secret);
    await until(
      () => letsIn(secret),
      (isIn) => isIn,
      'signing in with the new password',
    );

    await choose('edit');
    await testId(ada, 'account-role').selectOption('operator');
    await testId(ada, 'account-apply').click();
    await until(
      () => row.locator('[data-column="role"]').innerText(),
      (text) => text.trim() === 'operator',
      'the new role',
    );
    await choose('switch');
    await testId(ada, 'confirm-action').click();
    await until(
      () => row.locator('[data-column="state"]').innerText(),
      (text) => text.trim() === 'off',
      'the account switched off',
    );
    await until(
      () => letsIn(secret),
      (isIn) => !isIn,
      'refusing who is switched off',
    );
    await choose('delete');
    await testId(ada, 'confirm-name').fill(NAME);
    await testId(ada, 'confirm-action').click();
    await row.waitFor({ state: 'detached' });

    await testId(ada, 'users-menu-ada').click();
    expect(await testId(ada, 'users-delete-ada').getAttribute('aria-disabled')).to.equal('true');
    await ada.keyboard.press('Escape');
  });
}
