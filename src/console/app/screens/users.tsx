/** Roles: who may do what, and who is signed in. Accounts themselves are kept in the site's security file. */
import type { JSX } from 'preact';
import { MISSING } from '../core/format.js';
import { session } from '../data/session.js';
import { Icon } from '../ui/icons.jsx';
import { Empty, Panel } from '../ui/panel.jsx';
import { PageHead } from '../ui/shell.jsx';

const CAPABILITIES: readonly [what: string, viewer: boolean, operator: boolean, admin: boolean][] = [
  ['See everything: pictures, logs, metrics, audit; download frames', true, true, true],
  ['Create, change, start, stop instances; capture backgrounds', false, true, true],
  ['Edit stored configurations; stop permanent and push instances (name typed)', false, true, true],
  ['Upload and delete scripts and libraries; delete configurations', false, false, true],
  ['Placement and permanent instances', false, false, true],
  ['Restart workers and managers, stop all', false, false, true],
];

export function UsersScreen(): JSX.Element {
  const { user, role, permissions } = session.value;
  const denied = role !== 'admin';
  return (
    <div class="stack">
      <PageHead title="Users and roles" />
      <Panel id="users" title="Accounts" state={denied ? 'denied' : 'ready'}>
        {denied ? (
          <Empty title="Needs the role admin" testId="denied">
            <p class="muted">
              You are {user ?? 'anonymous'} with the role {role}. An administrator of the site can give you
              another one.
            </p>
          </Empty>
        ) : (
          <div class="prose">
            <p>
              Accounts, tokens and the policy for old clients are in the security file of the servers (
              <code>--security</code>). A change of that file counts within a second; who is taken out is out
              at once.
            </p>
            <p>
              <code>camserver security hash</code> makes the hash of a password,{' '}
              <code>camserver security check</code> checks the file.
            </p>
            <p>
              You are <b>{user ?? 'anonymous'}</b> ({role}) and may: {[...permissions].join(', ') || MISSING}
            </p>
          </div>
        )}
      </Panel>
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
