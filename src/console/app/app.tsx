/** The screen that the address asks for. Large parts of the console are loaded when they are first needed. */
import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ScreenName } from './core/screens.js';
import { messageOf } from './data/api.js';
import { screen } from './data/navigation.js';
import { AuditScreen } from './screens/audit.jsx';
import { InstanceScreen } from './screens/instance/instance.jsx';
import { LogsScreen } from './screens/logs.jsx';
import { NotFound } from './screens/not-found.jsx';
import { Overview } from './screens/overview/overview.jsx';
import { AssignHost } from './screens/scripts/assign.jsx';
import { Failure, Skeleton } from './ui/panel.jsx';
import { Shell } from './ui/shell.jsx';

type Loader = () => Promise<ComponentType>;

const EAGER: Partial<Record<ScreenName, ComponentType>> = {
  overview: Overview,
  pipelines: Overview,
  cameras: Overview,
  instance: InstanceScreen,
  logs: LogsScreen,
  audit: AuditScreen,
  'not-found': NotFound,
};

const LAZY: Partial<Record<ScreenName, Loader>> = {
  server: async () => (await import('./screens/host/worker.jsx')).WorkerScreen,
  configurations: async () => (await import('./screens/configurations/list.jsx')).ConfigurationList,
  configuration: async () => (await import('./screens/configurations/configuration.jsx')).ConfigurationScreen,
  placement: async () => (await import('./screens/placement/placement.jsx')).PlacementScreen,
  launch: async () => (await import('./screens/launch/launch.jsx')).LaunchScreen,
  backgrounds: async () => (await import('./screens/backgrounds/backgrounds.jsx')).BackgroundsScreen,
  background: async () => (await import('./screens/backgrounds/backgrounds.jsx')).BackgroundsScreen,
  scripts: async () => (await import('./screens/scripts/code-list.jsx')).ScriptsScreen,
  libraries: async () => (await import('./screens/scripts/code-list.jsx')).LibrariesScreen,
  script: async () => (await import('./screens/scripts/script-editor.jsx')).ScriptScreen,
  buffers: async () => (await import('./screens/buffers/buffers.jsx')).BuffersScreen,
  map: async () => (await import('./screens/map.jsx')).MapScreen,
  wall: async () => (await import('./screens/wall.jsx')).WallScreen,
  users: async () => (await import('./screens/users/users.jsx')).UsersScreen,
  settings: async () => (await import('./screens/settings.jsx')).SettingsScreen,
  help: async () => (await import('./screens/help.jsx')).HelpScreen,
};

export function App(): JSX.Element {
  const { screen: name } = screen.value;
  const Eager = EAGER[name];
  const loader = LAZY[name];
  return (
    <Shell>
      {Eager ? <Eager /> : loader ? <Lazy key={name} loader={loader} /> : <NotFound />}
      <AssignHost />
    </Shell>
  );
}

function Lazy({ loader }: { loader: Loader }): JSX.Element {
  const [loaded, setLoaded] = useState<{ component: ComponentType } | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    loader().then((component) => setLoaded({ component }), setProblem);
  }, [loader]);
  if (problem !== null) {
    return (
      <Failure
        message={`This part of the console could not be loaded: ${messageOf(problem)}`}
        onRetry={() => location.reload()}
      />
    );
  }
  return loaded === null ? <Skeleton /> : <loaded.component />;
}
