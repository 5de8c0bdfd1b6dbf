/** Dialogs that ask for a password: to sign in, and to take a larger role for a while. */

import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../data/api.js';
import { elevate, type Role, signIn } from '../data/session.js';
import { Button } from './basics.jsx';
import { Dialog } from './dialog.jsx';
import { InlineError } from './inline-error.jsx';

export function SignIn({ onClose }: { onClose: () => void }): JSX.Element {
  const [user, setUser] = useState('');
  return (
    <PasswordDialog
      title="Sign in"
      action="Sign in"
      name="sign-in"
      send={(password) => signIn(user, password)}
      onClose={onClose}
    >
      <label class="field">
        <span>User</span>
        <input
          autocomplete="username"
          value={user}
          data-testid="sign-in-user"
          onInput={(event) => setUser(event.currentTarget.value)}
        />
      </label>
    </PasswordDialog>
  );
}

export function Elevate({ role, onClose }: { role: Role; onClose: () => void }): JSX.Element {
  return (
    <PasswordDialog
      title={`Work as ${role} for a while`}
      action={`Work as ${role}`}
      name="elevate"
      send={elevate}
      onClose={onClose}
    >
      <p>
        Your password is needed once more. The role goes back by itself; what you do meanwhile is recorded
        with it.
      </p>
    </PasswordDialog>
  );
}

interface PasswordDialogProps {
  readonly title: string;
  readonly action: string;
  /** Begins the test ids. */
  readonly name: string;
  readonly send: (password: string) => Promise<void>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

function PasswordDialog({ title, action, name, send, onClose, children }: PasswordDialogProps): JSX.Element {
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await send(password);
      onClose();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog title={title} onClose={onClose} testId={`${name}-dialog`}>
      <form class="form" onSubmit={(event) => void submit(event)}>
        {children}
        <label class="field">
          <span>Password</span>
          <input
            type="password"
            autocomplete="current-password"
            value={password}
            data-testid={`${name}-password`}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <InlineError text={problem} />
        <div class="row end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" testId={`${name}-submit`}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
