/** Who is signed in; signing in and out. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatDuration } from '../core/format.js';
import { messageOf } from '../data/api.js';
import { now } from '../data/plant.js';
import { session, signIn, signOut } from '../data/session.js';
import { Button } from './basics.jsx';
import { Dialog } from './dialog.jsx';
import { Icon } from './icons.jsx';
import { Menu } from './menu.jsx';
import { showToast } from './toasts.jsx';

/** Milliseconds. */
const WARN_BEFORE = 120_000;

export function UserMenu(): JSX.Element {
  const [signingIn, setSigningIn] = useState(false);
  const { user, role, login, expires } = session.value;
  const leave = (): void => {
    signOut().catch((error) => showToast({ tone: 'bad', text: messageOf(error) }));
  };
  const left = expires === null ? null : Date.parse(expires) - now.value;
  return (
    <>
      {left !== null && left < WARN_BEFORE && (
        <span class="tone-warn" role="status" data-testid="app-session-ends">
          {left > 0
            ? `Session ends in ${formatDuration(left)}; drafts are kept`
            : 'The session has ended; drafts are kept'}
        </span>
      )}
      {user === null && login.includes('password') && (
        <Button icon="user" onClick={() => setSigningIn(true)} testId="app-sign-in">
          Sign in
        </Button>
      )}
      {user === null ? (
        <span class="user" data-testid="app-user">
          <Icon name="user" /> {role}
        </span>
      ) : (
        <Menu
          label={`${user}, ${role}`}
          text={`${user} · ${role}`}
          icon="user"
          testId="app-user"
          entries={[{ label: 'Sign out', run: leave, testId: 'app-sign-out' }]}
        />
      )}
      {signingIn && <SignIn onClose={() => setSigningIn(false)} />}
    </>
  );
}

function SignIn({ onClose }: { onClose: () => void }): JSX.Element {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await signIn(user, password);
      onClose();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog title="Sign in" onClose={onClose} testId="sign-in-dialog">
      <form class="form" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>User</span>
          <input
            autocomplete="username"
            value={user}
            data-testid="sign-in-user"
            onInput={(event) => setUser(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Password</span>
          <input
            type="password"
            autocomplete="current-password"
            value={password}
            data-testid="sign-in-password"
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        {problem !== null && (
          <p class="inline-error" role="alert">
            {problem}
          </p>
        )}
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" testId="sign-in-submit">
            Sign in
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
