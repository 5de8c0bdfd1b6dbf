/** What the audit log can be filtered by: what is in its records. */

interface Recorded {
  readonly actor: string | null;
  readonly address: string;
  readonly action: string;
}

export type Choices = readonly (readonly [value: string, label: string])[];

/** Users, then addresses of clients without a name. */
export function actorChoices(records: readonly Recorded[]): Choices {
  const names = distinct(records.flatMap(({ actor }) => actor ?? []));
  const addresses = distinct(records.filter(({ actor }) => actor === null).map(({ address }) => address));
  return [...names, ...addresses.filter((address) => !names.includes(address))].map((name) => [name, name]);
}

/** Each group of several actions before them: `instance` stands for `instance.start` and `instance.stop`. */
export function actionChoices(records: readonly Recorded[]): Choices {
  const actions = distinct(records.map(({ action }) => action));
  const groups = distinct(actions.map(groupOf));
  return groups.flatMap((group) => {
    const members = actions.filter((action) => groupOf(action) === group);
    const all = members.length > 1 ? [[group, `${group}: all`] as const] : [];
    return [...all, ...members.map((action) => [action, action] as const)];
  });
}

function groupOf(action: string): string {
  return action.split('.')[0]!;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '').sort();
}
