/** Who is signed in; signing in and out. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { formatDuration } from '../core/format.js';
import { messageOf } from '../data/api.js';
import { now } from '../data/plant.js';
import { elevate, loadSession, type Role, session, signOut } from '../data/session.js';
import { Button } from './basics.jsx';
import { Icon } from './icons.jsx';
import { Menu } from './menu.jsx';
import { Elevate, SignIn } from './password-dialogs.jsx';
import { showToast } from './toasts.jsx';

/** Milliseconds. */
const WARN_BEFORE = 120_000;

export function UserMenu(): JSX.Element {
  const [signingIn, setSigningIn] = useState(false);
  const [elevating, setElevating] = useState(false);
  const { user, role, login, expires, elevation } = session.value;
  const run = (action: () => Promise<void>) => (): void => {
    action().catch((error) => showToast({ tone: 'bad', text: messageOf(error) }));
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
          entries={[
            ...(elevation.role !== null && elevation.until === null
              ? [
                  {
                    label: `Work as ${elevation.role} for a while`,
                    run: () => setElevating(true),
                    testId: 'app-elevate',
                  },
                ]
              : []),
            { label: 'Sign out', run: run(signOut), testId: 'app-sign-out' },
          ]}
        />
      )}
      {elevation.until !== null && (
        <Elevated role={role} until={elevation.until} onEnd={run(() => elevate(null))} />
      )}
      {signingIn && <SignIn onClose={() => setSigningIn(false)} />}
      {elevating && elevation.role !== null && (
        <Elevate role={elevation.role} onClose={() => setElevating(false)} />
      )}
    </>
  );
}

/** The badge of a larger role: how long it lasts, and giving it back. When its time is over the server is asked what holds now. */
function Elevated({ role, until, onEnd }: { role: Role; until: string; onEnd: () => void }): JSX.Element {
  const left = Date.parse(until) - now.value;
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) loadSession().catch(() => {});
  }, [isOver]);
  return (
    <span class="row" role="status" data-testid="app-elevated">
      <span class="tone-warn">
        {role} for {formatDuration(Math.max(left, 0))}
      </span>
      <Button onClick={onEnd} testId="app-elevated-end">
        End
      </Button>
    </span>
  );
}
