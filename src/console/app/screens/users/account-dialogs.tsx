import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Account, changeAccount, createAccount } from '../../data/accounts.js';
import { messageOf } from '../../data/api.js';
import type { Role } from '../../data/session.js';
import { Button, CopyButton } from '../../ui/basics.jsx';
import { Dialog } from '../../ui/dialog.jsx';
import { InlineError } from '../../ui/inline-error.jsx';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

interface RolesProps {
  readonly role: Role;
  readonly elevate: Role | null;
  readonly withElevation: boolean;
  readonly onRole: (role: Role) => void;
  readonly onElevate: (role: Role | null) => void;
}

function RoleFields({ role, elevate, withElevation, onRole, onElevate }: RolesProps): JSX.Element {
  return (
    <>
      <label class="field">
        <span>Role</span>
        <select
          value={role}
          onChange={(event) => onRole(event.currentTarget.value as Role)}
          data-testid="account-role"
        >
          {ROLES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {withElevation && (
        <label class="field">
          <span>Larger role that may be taken for a while</span>
          <select
            value={elevate ?? ''}
            onChange={(event) => onElevate((event.currentTarget.value || null) as Role | null)}
          >
            <option value="">none</option>
            {ROLES.slice(ROLES.indexOf(role) + 1).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}

/** Stays open with its text when the server refuses. */
function useSubmission(work: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return { busy, problem, submit };
}

interface NewAccountProps {
  readonly taken: readonly string[];
  /** @param secret the password or token that was made; null when there is none */
  readonly onDone: (name: string, secret: string | null) => void;
  readonly onClose: () => void;
}

export function NewAccount({ taken, onDone, onClose }: NewAccountProps): JSX.Element {
  const [kind, setKind] = useState<'password' | 'outside' | 'token'>('password');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [elevate, setElevate] = useState<Role | null>(null);
  const missing = name === '' ? 'A name is needed.' : taken.includes(name) ? `${name} is taken.` : null;
  const { busy, problem, submit } = useSubmission(async () => {
    if (missing !== null) throw new Error(missing);
    const account = {
      ...{ kind: kind === 'token' ? ('token' as const) : ('user' as const), name, role },
      ...{ elevate: kind === 'token' ? null : elevate },
      ...(kind === 'outside' ? { password: null } : {}),
    };
    onDone(name, await createAccount(account));
  });
  return (
    <Dialog title="New account" onClose={onClose} testId="account-new">
      <form class="form" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>Comes by</span>
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as typeof kind)}>
            <option value="password">password, which is made now</option>
            <option value="outside">OpenID provider or reverse proxy</option>
            <option value="token">token, for a program</option>
          </select>
        </label>
        <label class="field">
          <span>Name</span>
          <input
            value={name}
            autocomplete="off"
            onInput={(event) => setName(event.currentTarget.value.trim())}
            data-testid="account-name"
          />
        </label>
        <RoleFields
          role={role}
          elevate={elevate}
          withElevation={kind !== 'token'}
          onRole={setRole}
          onElevate={setElevate}
        />
        {missing !== null && name !== '' && <p class="inline-error">{missing}</p>}
        <InlineError text={problem} />
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            type="submit"
            denied={busy ? 'In progress' : missing}
            testId="account-create"
          >
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface EditAccountProps {
  readonly account: Account;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function EditAccount({ account, onDone, onClose }: EditAccountProps): JSX.Element {
  const [role, setRole] = useState<Role>(account.role ?? 'viewer');
  const [elevate, setElevate] = useState(account.elevate);
  const { busy, problem, submit } = useSubmission(async () => {
    await changeAccount(account, { ...(role === account.role ? {} : { role }), elevate });
    onDone();
  });
  return (
    <Dialog title={`Role of ${account.name}`} onClose={onClose} testId="account-edit">
      <form class="form" onSubmit={(event) => void submit(event)}>
        <RoleFields
          role={role}
          elevate={elevate}
          withElevation={account.kind === 'user'}
          onRole={setRole}
          onElevate={setElevate}
        />
        <p class="muted">It counts from the next request on.</p>
        <InlineError text={problem} />
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" denied={busy ? 'In progress' : null} testId="account-apply">
            Apply
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The only time that a password or token can be seen. */
export function SecretDialog({
  name,
  secret,
  onClose,
}: {
  name: string;
  secret: string;
  onClose: () => void;
}): JSX.Element {
  return (
    <Dialog
      title={`For ${name}`}
      onClose={onClose}
      testId="account-secret"
      footer={
        <Button kind="primary" onClick={onClose} testId="account-secret-close">
          I have it
        </Button>
      }
    >
      <p>Hand this over now: it is kept nowhere in this form and cannot be shown again.</p>
      <p class="row">
        <code data-testid="account-secret-text">{secret}</code>
        <CopyButton text={secret} what={`the secret of ${name}`} />
      </p>
    </Dialog>
  );
}
