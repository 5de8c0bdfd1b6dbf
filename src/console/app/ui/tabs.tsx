import type { JSX } from 'preact';
import { Link } from './basics.jsx';

/** Parts of a screen with addresses of their own: navigation, not the tab pattern, so that each can be linked to. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: readonly { readonly key: string; readonly label: string; readonly path: string }[];
  current: string;
}): JSX.Element {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.key} to={tab.path} current={tab.key === current} testId={`tab-${tab.key}`}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
