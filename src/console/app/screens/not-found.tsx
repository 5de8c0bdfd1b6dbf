import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathTo } from '../core/screens.js';
import { navigate, place } from '../data/navigation.js';
import { Link } from '../ui/basics.jsx';
import { Empty } from '../ui/panel.jsx';
import { PageHead } from '../ui/shell.jsx';

export function NotFound(): JSX.Element {
  const [text, setText] = useState('');
  const search = (event: Event): void => {
    event.preventDefault();
    navigate(`${pathTo('overview')}?q=${encodeURIComponent(text)}`);
  };
  return (
    <>
      <PageHead title="Not found" />
      <Empty title={`There is no screen at ${place.value.path}`} testId="not-found">
        <form class="row" onSubmit={search}>
          <input
            type="search"
            aria-label="Search instances"
            placeholder="Search instances"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit" class="button primary">
            Search
          </button>
        </form>
        <p>
          <Link to={pathTo('overview')}>Go to the overview</Link>
        </p>
      </Empty>
    </>
  );
}
