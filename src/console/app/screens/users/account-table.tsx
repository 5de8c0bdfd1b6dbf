import type { JSX } from 'preact';
import { formatDuration, formatTime, MISSING } from '../../core/format.js';
import { type Account, changeAccount, deleteAccount, renewSecret } from '../../data/accounts.js';
import { now } from '../../data/plant.js';
import { denial } from '../../data/session.js';
import { confirmAction } from '../../ui/dialog.jsx';
import { Icon } from '../../ui/icons.jsx';
import { Menu, type MenuEntry } from '../../ui/menu.jsx';
import { type Column, DataTable } from '../../ui/table.jsx';

const SOURCES: Readonly<Record<string, string>> = {
  file: 'password',
  token: 'token',
  service: 'token of a service',
  openid: 'OpenID provider',
  proxy: 'reverse proxy',
};

interface AccountTableProps {
  readonly accounts: readonly Account[];
  /** Why nothing can be changed; null when it can. */
  readonly fault: string | null;
  readonly onEdit: (account: Account) => void;
  /** Shows a password or token that was just made. */
  readonly onSecret: (name: string, secret: string) => void;
  readonly onChanged: () => void;
}

export function AccountTable(props: AccountTableProps): JSX.Element {
  return (
    <DataTable
      id="accounts"
      caption="Accounts"
      rows={props.accounts}
      columns={columnsFor(props)}
      rowKey={({ kind, name }) => `${kind}/${name}`}
      defaultSort="name"
    />
  );
}

function columnsFor(props: AccountTableProps): readonly Column<Account>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      value: (account) => account.name,
      render: ({ kind, name, isOwn }) => (
        <span class="instance-name">
          <Icon name={kind === 'token' ? 'lock' : 'users'} label={kind} />
          {name}
          {isOwn && <span class="muted">you</span>}
        </span>
      ),
    },
    {
      key: 'role',
      title: 'Role',
      value: (account) => account.role,
      render: ({ role, elevate }) => (
        <>
          {role ?? MISSING} {elevate !== null && <span class="muted">up to {elevate}</span>}
        </>
      ),
    },
    {
      key: 'state',
      title: 'State',
      value: (account) => account.enabled,
      render: ({ enabled }) =>
        enabled ? (
          <span class="tone-ok">
            <Icon name="check" /> on
          </span>
        ) : (
          <span class="tone-warn">
            <Icon name="pause" /> off
          </span>
        ),
    },
    {
      key: 'source',
      title: 'Comes by',
      value: (account) => account.source,
      render: ({ source, kind, hasPassword }) =>
        source === 'file' && kind === 'user' && !hasPassword
          ? 'provider or proxy'
          : (SOURCES[source] ?? source),
    },
    {
      key: 'seen',
      title: 'Last seen',
      value: (account) => account.lastSeen,
      tooltip: ({ lastSeen }) => formatTime(lastSeen),
      render: ({ lastSeen, lastAddress }) =>
        lastSeen === null ? (
          <span class="muted">never</span>
        ) : (
          <>
            {formatDuration(Math.max(0, now.value - lastSeen))} ago <span class="muted">{lastAddress}</span>
          </>
        ),
    },
    {
      key: 'actions',
      title: '',
      width: '40px',
      render: (account) => (
        <Menu
          label={`Actions of ${account.name}`}
          entries={actionsOf(account, props)}
          testId={`users-menu-${account.name}`}
        />
      ),
    },
  ];
}

function actionsOf(account: Account, { fault, onEdit, onSecret, onChanged }: AccountTableProps): MenuEntry[] {
  const { kind, name, enabled, isOwn, etag } = account;
  const elsewhere = etag === null ? 'It is kept elsewhere, not in the security file.' : fault;
  const own = isOwn ? 'Another admin has to do this with your own account.' : null;
  const word = kind === 'token' ? 'token' : 'password';
  const ask = (verb: string, facts: readonly string[], tier: 1 | 2, run: () => Promise<string>): void =>
    confirmAction({
      ...{ tier, title: `${verb} ${name}?`, target: name, facts, actionLabel: `${verb} ${name}` },
      run: async () => {
        const text = await run();
        onChanged();
        return text;
      },
    });
  return [
    {
      label: 'Role…',
      icon: 'edit',
      denied: denial('account.change') ?? elsewhere,
      testId: `users-edit-${name}`,
      run: () => onEdit(account),
    },
    {
      label: enabled ? 'Switch off…' : 'Switch on…',
      icon: enabled ? 'pause' : 'play',
      denied: denial('account.change') ?? elsewhere ?? own,
      testId: `users-switch-${name}`,
      run: () =>
        ask(
          enabled ? 'Switch off' : 'Switch on',
          [enabled ? `Sessions and requests of ${name} end at once` : `${name} is let in again`],
          1,
          async () => {
            await changeAccount(account, { enabled: !enabled });
            return `${name} is ${enabled ? 'off' : 'on'}.`;
          },
        ),
    },
    {
      label: `New ${word}…`,
      icon: 'lock',
      denied: denial('account.secret') ?? elsewhere,
      testId: `users-secret-${name}`,
      run: () =>
        ask(
          `Make another ${word} for`,
          [`The ${word} that ${name} has counts no longer${kind === 'user' ? '; sessions end' : ''}`],
          1,
          async () => {
            const secret = await renewSecret(account);
            if (secret !== null) onSecret(name, secret);
            return `${name} has another ${word}.`;
          },
        ),
    },
    {
      label: 'Remove…',
      icon: 'trash',
      risky: true,
      denied: denial('account.delete') ?? elsewhere ?? own,
      testId: `users-delete-${name}`,
      run: () =>
        ask(
          'Remove',
          [`${name} is not let in any more; what they did stays in the audit log`],
          2,
          async () => {
            await deleteAccount(account);
            return `${name} was removed.`;
          },
        ),
    },
  ];
}
