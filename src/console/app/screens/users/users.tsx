/** Accounts and roles: who is let in, and who may do what. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Account, listAccounts } from '../../data/accounts.js';
import { denial, session } from '../../data/session.js';
import { Button } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { PageHead } from '../../ui/shell.jsx';

import { EditAccount, NewAccount, SecretDialog } from './account-dialogs.jsx';
import { AccountTable } from './account-table.jsx';

/** Milliseconds between two looks at who was seen last. */
const PERIOD = 10_000;

const CAPABILITIES: readonly [what: string, viewer: boolean, operator: boolean, admin: boolean][] = [
  ['See everything: pictures, logs, metrics, audit; download frames', true, true, true],
  ['Create, change, start, stop instances; capture backgrounds', false, true, true],
  ['Edit stored configurations; stop permanent and push instances (name typed)', false, true, true],
  ['Upload and delete scripts and libraries; delete configurations', false, false, true],
  ['Placement and permanent instances', false, false, true],
  ['Restart workers and managers, stop all', false, false, true],
];

export function UsersScreen(): JSX.Element {
  return (
    <div class="stack">
      <PageHead title="Users and roles" />
      {session.value.role === 'admin' ? <AccountsPanel /> : <Denied />}
      <Panel id="users-roles" title="What the roles may do">
        <table>
          <thead>
            <tr>
              <th scope="col">Capability</th>
              {['viewer', 'operator', 'admin'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {CAPABILITIES.map(([what, ...allowed]) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                {allowed.map((yes, index) => (
                  <td key={['viewer', 'operator', 'admin'][index]}>
                    {yes ? (
                      <span class="tone-ok">
                        <Icon name="check" label="yes" />
                      </span>
                    ) : (
                      <span class="muted">no</span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
    </div>
  );
}

function Denied(): JSX.Element {
  const { user, role } = session.value;
  return (
    <Panel id="users" title="Accounts" state="denied">
      <Empty title="Needs the role admin" testId="denied">
        <p class="muted">
          You are {user ?? 'anonymous'} with the role {role}. An administrator of the site can give you
          another one.
        </p>
      </Empty>
    </Panel>
  );
}

/** What is open beside the list. */
type Shown =
  | { readonly what: 'new' }
  | { readonly what: 'edit'; readonly account: Account }
  | { readonly what: 'secret'; readonly name: string; readonly secret: string };

function AccountsPanel(): JSX.Element {
  const accounts = useResource('accounts', listAccounts, PERIOD);
  const [shown, setShown] = useState<Shown | null>(null);
  const { list = [], fault = null } = accounts.data ?? {};
  const close = (): void => setShown(null);
  const showSecret = (name: string, secret: string): void => setShown({ what: 'secret', name, secret });
  return (
    <Panel
      id="users"
      title="Accounts"
      note={accounts.data === null ? '' : list.length}
      state={accounts.data !== null && list.length === 0 ? 'empty' : accounts.state}
      actions={
        <Button
          icon="plus"
          kind="primary"
          denied={denial('account.create') ?? fault}
          onClick={() => setShown({ what: 'new' })}
          testId="users-new"
        >
          New…
        </Button>
      }
    >
      {fault !== null && <p class="inline-warning">{fault}</p>}
      <Loaded resource={accounts} lines={5}>
        {() =>
          list.length === 0 ? (
            <Empty title="Nobody has an account">
              <p class="muted">Whoever reaches the servers has the rights of anonymous users.</p>
            </Empty>
          ) : (
            <AccountTable
              accounts={list}
              fault={fault}
              onEdit={(account) => setShown({ what: 'edit', account })}
              onSecret={showSecret}
              onChanged={accounts.reload}
            />
          )
        }
      </Loaded>
      {shown?.what === 'new' && (
        <NewAccount
          taken={list.map(({ name }) => name)}
          onClose={close}
          onDone={(name, secret) => {
            accounts.reload();
            if (secret === null) close();
            else showSecret(name, secret);
          }}
        />
      )}
      {shown?.what === 'edit' && (
        <EditAccount
          account={shown.account}
          onClose={close}
          onDone={() => {
            accounts.reload();
            close();
          }}
        />
      )}
      {shown?.what === 'secret' && <SecretDialog name={shown.name} secret={shown.secret} onClose={close} />}
    </Panel>
  );
}
